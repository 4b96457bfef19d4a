"""Rows of our contracts and of the peers, with the goals of performance.md section 8."""

from __future__ import annotations

from eth_account import Account

from bench.gas import projection
from bench.gas.chain import GasChain
from bench.gas.ours import GasLog, advance_at, hash_of, revoke, verify
from bench.gas.peers import AttestationService, DocumentStore
from bench.report import BenchReport, Row, StatusCallback

FLOOR = {
    "append_1": 21_000 + 22_100,
    "append_100": 21_000 + 100 * 1_280,
    "append_1000": 21_000 + 1_000 * 1_280,
    "advance": 21_000 + 22_100 + 5_000,
    "revoke_1": 21_000 + 22_100 + 64 * 16,
    "revoke_100": 21_000 + 100 * (22_100 + 64 * 16),
    "verify_20": 21_000 + 3_000 + 20 * (96 + 512),
}
"""Lower bound of gas for any contract with this function: the transaction (21,000), one new slot (22,100), one changed
slot (5,000), 32 random bytes of calldata at the EIP-7623 floor (40 each, 1,280) or at the usual price (16 each, 512), a
SHA-256 of a node (96), one ecrecover (3,000)."""


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """Deploy our contracts and those of the peers on one chain, and use each once."""
    with GasChain() as chain:
        on_status("ours")
        ours = _ours(chain, quick=quick)
        on_status("peers")
        peers = _peers(chain, quick=quick)
        rows = _compare(ours, peers)
    on_status("projection")
    each, whole = ({row["name"]: row[key] for row in rows} for key in ("per_item", "gas"))
    head = whole["advance_2^20" if quick else "advance_2^32"]
    projected = projection.project(append=each["append_1000"], advance=head, revoke=each["revoke_100"])
    return BenchReport(rows=rows, notes=projection.sentences(projected), beside={"projection": projected})


def _ours(chain: GasChain, *, quick: bool) -> list[tuple[str, int, int, str]]:
    deployment = chain.deployment
    consents = GasLog(chain, "ConsentRegistry", deployment.consents)
    consents.append(1000)
    six = consents.append(1)
    consents.append(22)
    ten = consents.append(1)
    rows = [("append_1", consents.append(1), 1, "log of 1,024: 1 peak")]
    rows.append(("append_1_6_peaks", six, 1, "log of 1,000"))
    rows.append(("append_1_10_peaks", ten, 1, "log of 1,023; a log of a million has 10 on average"))
    rows.append(("append_100", consents.append(100), 100, "log of 1,025"))
    rows.append(("append_1000", consents.append(1000), 1000, "log of 1,125"))
    access = GasLog(chain, "AccessRegistry", deployment.access)
    access.advance(1000)
    rows.append(("advance", access.advance(1000), 1000, "log of 1,000"))
    rows.append(("advance_10000", access.advance(10_000), 10_000, "log of 2,000"))
    rows.append(("advance_2^20", advance_at(chain, 700_001, 2**20), 2**20 - 700_001, "log of 700,001"))
    if not quick:
        rows += _huge(chain)
    rows.append(("revoke_1", revoke(chain, consents.contract, 1, 10_000), 1, "by secret"))
    rows.append(("revoke_100", revoke(chain, consents.contract, 100, 20_000), 100, "by secret"))
    whole, execution = verify(chain, 20)
    rows.append(("verify_20", whole, 1, "secp256k1, as a transaction of its own"))
    rows.append(("verify_20_called", execution, 1, "execution alone, as from another contract"))
    return rows


def _huge(chain: GasChain) -> list[tuple[str, int, int, str]]:
    middle, aligned = 2_863_311_530, 2**32 - 2**16
    return [
        ("advance_2^32", advance_at(chain, middle, 2**32), 2**32 - middle, "alternating bits: a usual proof"),
        ("advance_2^32_worst", advance_at(chain, 2**32 - 2, 2**32 - 1), 1, "the longest proof there is"),
        ("advance_2^32_aligned", advance_at(chain, aligned, 2**32), 2**16, "from a multiple of 2^16"),
    ]


def _peers(chain: GasChain, *, quick: bool) -> dict[str, tuple[int, int]]:
    eas, store = AttestationService(chain), DocumentStore(chain)
    signer, many = Account.from_key(hash_of(4000)), 20 if quick else 70
    return {
        "EAS attest": (eas.attest(), 1),
        "EAS attestByDelegation": (eas.attest_delegated(signer), 1),
        "EAS multiAttestByDelegation": (eas.attest_many(many), many),
        "EAS revoke": (eas.revoke(), 1),
        "EAS revokeByDelegation": (eas.revoke_delegated(signer), 1),
        "EAS multiTimestamp": (eas.timestamp_many(100), 100),
        "EAS multiRevokeOffchain": (eas.revoke_offchain_many(100), 100),
        "document store issue": (store.issue(1), 1),
        "document store bulkIssue": (store.issue(100), 100),
        "document store revoke": (store.revoke(1), 1),
        "document store bulkRevoke": (store.revoke(100), 100),
    }


GOALS: dict[str, tuple[int, str, float]] = {
    "append_1": (65_000, "EAS attestByDelegation", 0.30),
    "append_1_6_peaks": (65_000, "EAS attestByDelegation", 0.30),
    "append_1_10_peaks": (65_000, "EAS attestByDelegation", 0.30),
    "append_1000": (1_700, "EAS attestByDelegation", 0.009),
    "advance": (80_000, "EAS attestByDelegation", 0),
    "advance_10000": (80_000, "EAS attestByDelegation", 0),
    "advance_2^20": (80_000, "EAS attestByDelegation", 0),
    "advance_2^32": (80_000, "EAS attestByDelegation", 0),
    "advance_2^32_aligned": (80_000, "EAS attestByDelegation", 0),
    "advance_2^32_worst": (80_000, "EAS attestByDelegation", 0),
    "revoke_1": (48_000, "EAS revokeByDelegation", 0),
    "revoke_100": (26_000, "EAS revokeByDelegation", 0.35),
    "verify_20": (120_000, "", 0),
}
"""Maximum gas (of an advance in total, else per item), the peer, and the largest ratio to it, 0 for no limit."""
PEER = {"append_100": "EAS attestByDelegation"}


def _compare(ours: list[tuple[str, int, int, str]], peers: dict[str, tuple[int, int]]) -> list[Row]:
    each = {name: gas / count for name, (gas, count) in peers.items()}
    rows = [_row(name, gas, count, note, each) for name, gas, count, note in ours]
    return rows + [{"name": name, "gas": gas, "per_item": round(each[name], 1)} for name, (gas, _) in peers.items()]


def _row(name: str, gas: int, count: int, note: str, peers: dict[str, float]) -> Row:
    goal, peer, max_ratio = GOALS.get(name, (None, PEER.get(name, ""), 0))
    per_item, compared = gas / count, gas if name.startswith("advance") else gas / count
    ratio = per_item / peers[peer] if peer else None
    met = None if goal is None else compared <= goal and (not max_ratio or (ratio or 0) <= max_ratio)
    row: Row = {"name": name, "gas": gas, "per_item": round(per_item, 1), "peer": peer or None}
    row |= {
        "ratio": None if ratio is None else round(ratio, 5),
        "goal": goal,
        "goal_ratio": max_ratio or None,
        "met": met,
    }
    return row | {"calldata_floor": getattr(gas, "floor", None), "floor": FLOOR.get(name), "note": note}
