"""What must survive: one changed byte, and a killed API."""

from __future__ import annotations

from anchors.blockstore import Blocks
from anchors.blockstore.cid import Cid
from scripts.client import Client, Refused
from scripts.story.acts.consenting import joins_trial
from scripts.story.acts.withdrawing import PURPOSE, hero
from scripts.story.scene import Patient, Scene


def byte_changed(scene: Scene) -> None:
    """One byte of one payload is changed on disk: that record, and only that one, answers integrity failure."""
    stage, team = scene.stage, scene.clients["trial"]
    stage.title("10 · Somebody changes one byte in the payload store")
    ids = [i for p in scene.patients if joins_trial(p) and p is not hero(scene) for i in p.of("health.lab")][:6]
    victim, others = ids[0], ids[1:]
    opened = team.ask(victim, category="health.lab", purpose=PURPOSE)
    path = Blocks(scene.stack.state / "blocks").path(Cid.parse(opened.issue["cid"]))
    whole = path.read_bytes()
    try:
        path.write_bytes(_flip(whole))
        answers = {record_id: _answer(team, record_id) for record_id in ids}
    finally:
        path.write_bytes(whole)
    held = answers[victim] == "payload_altered" and all(answers[other] == "read" for other in others)
    detail = f"that record answers {answers[victim]}, {len(others)} others read as before"
    stage.show("byte is changed", detail, held and _answer(team, victim) == "read")


def _flip(whole: bytes) -> bytes:
    middle = len(whole) // 2
    return whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]


def _answer(client: Client, record_id: str, category: str = "health.lab", purpose: str = PURPOSE) -> str:
    try:
        client.ask(record_id, category=category, purpose=purpose)
    except Refused as refusal:
        return refusal.code
    return "read"


def killed(scene: Scene) -> None:
    """The API is killed and started again: every answer is the same, and the sessions still stand."""
    stage = scene.stage
    stage.title("11 · The API is killed and started again")
    questions = [_about(scene, patient) for patient in scene.patients[:8]]
    before = [_answer(*question) for question in questions]
    size = scene.clients["trial"].call("GET", "/log/consents/checkpoint")["accepted"]
    scene.stack.restart_api()
    after = [_answer(*question) for question in questions]
    same = scene.clients["trial"].call("GET", "/log/consents/checkpoint")["accepted"] == size
    detail = f"{before.count('read')} yes and {len(before) - before.count('read')} no, the same after kill -9"
    stage.show("API is killed", detail, before == after and same and len(set(before)) > 1, position=size["size"] - 1)


def _about(scene: Scene, patient: Patient) -> tuple[Client, str, str, str]:
    record_id, resource = next(((i, r) for i, r in patient.records if r.category == "health.lab"), patient.records[0])
    return scene.clients["trial"], record_id, resource.category, PURPOSE
