"""Tiles agree with the log, checkpoints never get smaller, and the Go tools of other logs read both."""

import httpx
import pytest
from starlette.testclient import TestClient

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.anchors.tiles import CheckpointStore, NoteKeys
from mydata_ledger.ledger import merkle, tiles
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, SignatureInvalid, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.note import COSIGNATURE, Checkpoint, Note, Signer, Verifier, cosign
from mydata_ledger.ledger.tiles import WIDTH, TilePosition
from tests.anchors.sample_statements import NOW, issue
from tests.anchors.tiling import MASTER, WITNESS, app_of, fill, go_client, served, tiles_of

__all__ = ["go_client"]
LOG, SIZE = "records", 600


@pytest.fixture
def ours(store, tmp_path):
    fill(store, SIZE)
    return tiles_of(store, tmp_path / "notes")


def head_of(raw):
    return Checkpoint.parse(Note.parse(raw).text).head


def rebuilt(log_tiles, size):
    """The head that is computed from tiles alone."""

    def tile(level, position):
        return tiles.hashes(log_tiles.tile(LOG, level, position), position.entries)

    return Head(size, merkle.root_at(size, tiles.reader(size, tile)))


class TestTiles:
    def test_every_head_the_log_had_follows_from_its_tiles(self, ours, store):
        ours.checkpoint(LOG)
        for size in (0, 1, 255, 256, 257, 511, 512, SIZE):
            assert rebuilt(ours, size) == store.log.head_at(LOG, size)

    def test_an_entry_bundle_hashes_to_its_tile_and_holds_nothing_else(self, ours, store):
        ours.checkpoint(LOG)
        position = TilePosition(2, SIZE - 2 * WIDTH)
        entries = tiles.unbundle(ours.entries(LOG, position), position.entries)
        assert [merkle.leaf_hash(e) for e in entries] == tiles.hashes(ours.tile(LOG, 0, position), position.entries)
        assert {len(entry) for entry in entries} == {32}
        assert entries[0] == store.log.statement_at(LOG, 512).signed.entry.entry

    def test_a_level_above_holds_the_roots_of_full_tiles(self, ours, store):
        ours.checkpoint(LOG)
        upper = tiles.hashes(ours.tile(LOG, 1, TilePosition(0, 2)), 2)
        assert upper[0] == store.log.head_at(LOG, 256).root

    @pytest.mark.parametrize(
        ("level", "position"),
        [
            (0, TilePosition(2)),
            (0, TilePosition(2, 89)),
            (0, TilePosition(3, 1)),
            (1, TilePosition(0)),
            (1, TilePosition(0, 3)),
            (2, TilePosition(0, 1)),
            (63, TilePosition(0, 1)),
            (0, TilePosition(tiles.MAX_INDEX - 1)),
        ],
    )
    def test_nothing_is_there_beyond_the_checkpoint(self, ours, level, position):
        ours.checkpoint(LOG)
        with pytest.raises(NotFound):
            ours.tile(LOG, level, position)

    def test_what_is_accepted_and_not_on_chain_is_not_shown(self, store, tmp_path):
        fill(store, 10, anchored=7)
        log_tiles = tiles_of(store, tmp_path)
        assert head_of(log_tiles.checkpoint(LOG)) == store.log.head_at(LOG, 7)
        with pytest.raises(NotFound):
            log_tiles.entries(LOG, TilePosition(0, 8))

    def test_before_a_checkpoint_there_are_no_tiles(self, ours):
        with pytest.raises(NotFound):
            ours.tile(LOG, 0, TilePosition(0))


class TestCheckpoint:
    def test_a_checkpoint_is_signed_by_the_published_key_and_names_the_contract(self, ours, store):
        (vkey,) = ours.verifiers(LOG)
        note = Note.parse(ours.checkpoint(LOG))
        Verifier.parse(vkey).check(note)
        assert Checkpoint.parse(note.text).head == store.log.head(LOG)
        assert Checkpoint.parse(note.text).origin.startswith("mydata-ledger/eip155:31337:0x")

    def test_the_logs_do_not_share_a_name(self, ours):
        names = {Verifier.parse(ours.verifiers(log)[0]).name for log in ("consents", "records", "access")}
        assert len(names) == 3

    def test_the_note_does_not_change_until_the_log_grows(self, ours, store):
        first = ours.checkpoint(LOG)
        assert ours.checkpoint(LOG) == first
        fill(store, SIZE + 1)
        assert head_of(ours.checkpoint(LOG)).size == SIZE + 1

    def test_an_empty_log_has_a_checkpoint(self, store, tmp_path):
        assert head_of(tiles_of(store, tmp_path).checkpoint("access")) == Head(0, merkle.EMPTY_ROOT)

    def test_a_checkpoint_does_not_go_back_with_the_chain(self, ours, store, tmp_path):
        before = ours.checkpoint(LOG)
        store.anchoring.roll_back(LOG, store.log.head_at(LOG, 300), 2)
        assert ours.checkpoint(LOG) == before
        again = tiles_of(store, tmp_path / "notes")
        assert again.checkpoint(LOG) == before
        assert rebuilt(again, SIZE) == head_of(before)

    def test_a_checkpoint_stays_while_the_chain_contradicts_the_log(self, ours, store):
        before = ours.checkpoint(LOG)
        store.anchoring.distrust("the chain holds another log")
        assert ours.checkpoint(LOG) == before

    def test_there_is_none_while_the_chain_contradicts_a_log_never_signed(self, ours, store):
        store.anchoring.distrust("the chain holds another log")
        with pytest.raises(SourceUnavailable):
            ours.checkpoint(LOG)

    @pytest.mark.parametrize("rewritten", [False, True], ids=["an older backup", "another log"])
    def test_no_checkpoint_is_signed_over_a_database_that_lost_signed_entries(self, ours, tmp_path, rewritten):
        ours.checkpoint(LOG)
        other = MemoryStore()
        other.log.append(
            [issue(n, category="health.x" if rewritten else "health.lab") for n in range(SIZE + 1)][:50], NOW
        )
        if rewritten:
            other.log.append([issue(n, category="health.x") for n in range(50, SIZE + 9)], NOW)
        other.anchoring.mark_anchored(LOG, other.log.head(LOG), 1)
        log_tiles = tiles_of(other, tmp_path / "notes")
        if rewritten:
            with pytest.raises(SourceUnavailable, match="restore the newest backup"):
                log_tiles.checkpoint(LOG)
        else:
            assert head_of(log_tiles.checkpoint(LOG)).size == SIZE
            with pytest.raises(SourceUnavailable, match="restore the newest backup"):
                log_tiles.tile(LOG, 0, TilePosition(0))

    def test_a_damaged_file_is_an_error_and_not_a_new_beginning(self, ours, tmp_path):
        ours.checkpoint(LOG)
        (kept,) = (tmp_path / "notes").glob("*.signed")
        kept.write_bytes(b"")
        with pytest.raises(SourceUnavailable, match="restore the keystore"):
            ours.checkpoint(LOG)


class TestKeys:
    def test_a_rotation_signs_with_both_until_the_older_is_retired(self, ours, store, tmp_path):
        (old,) = map(Verifier.parse, ours.verifiers(LOG))
        ours.checkpoint(LOG)
        keys = NoteKeys(tmp_path / "notes", MASTER)
        assert keys.rotate() == "2"
        both = Note.parse(ours.checkpoint(LOG))
        for vkey in ours.verifiers(LOG):
            Verifier.parse(vkey).check(both)
        keys.retire("1")
        assert str(old) not in ours.verifiers(LOG)
        with pytest.raises(SignatureInvalid):
            old.check(Note.parse(ours.checkpoint(LOG)))

    @pytest.mark.parametrize("name", ["1", "2", "../1"])
    def test_the_last_key_cannot_be_retired(self, ours, tmp_path, name):
        ours.checkpoint(LOG)
        with pytest.raises(InvalidStatement, match="make the next one first"):
            NoteKeys(tmp_path / "notes", MASTER).retire(name)

    def test_a_seed_is_stored_sealed_and_opens_under_its_master_key_only(self, ours, tmp_path):
        (key,) = NoteKeys(tmp_path / "notes", MASTER).all()
        for path in (tmp_path / "notes").iterdir():
            assert key.seed not in path.read_bytes()
            assert key.seed.hex().encode() not in path.read_bytes()
            assert path.stat().st_mode & 0o077 == 0
        with pytest.raises(SourceUnavailable):
            NoteKeys(tmp_path / "notes", b"\0" * 32).all()


class TestWitnesses:
    @pytest.fixture
    def with_witness(self, ours, tmp_path):
        CheckpointStore(tmp_path / "notes").add_witness(str(WITNESS.verifier))
        return ours

    def cosigned(self, log_tiles, witness=WITNESS):
        note = Note.parse(log_tiles.checkpoint(LOG))
        return bytes(note.with_signatures([cosign(note, witness, NOW)]))

    def test_a_cosignature_is_stored_beside_our_signature(self, with_witness):
        submitted = self.cosigned(with_witness)
        assert with_witness.cosign(LOG, submitted) == submitted == with_witness.cosigned(LOG)

    def test_two_witnesses_cosign_one_checkpoint(self, with_witness, tmp_path):
        other = Signer("witness.example/two", b"\x12" * 32, COSIGNATURE)
        CheckpointStore(tmp_path / "notes").add_witness(str(other.verifier))
        with_witness.cosign(LOG, self.cosigned(with_witness))
        with_witness.cosign(LOG, self.cosigned(with_witness, other))
        assert len(Note.parse(with_witness.cosigned(LOG)).signatures) == 3

    def test_a_late_cosignature_is_kept_although_the_log_grew(self, with_witness, store):
        submitted = self.cosigned(with_witness)
        fill(store, SIZE + 5)
        assert head_of(with_witness.checkpoint(LOG)).size == SIZE + 5
        with_witness.cosign(LOG, submitted)
        assert head_of(with_witness.cosigned(LOG)).size == SIZE

    def test_an_older_checkpoint_does_not_replace_a_newer_one(self, with_witness, store):
        early = self.cosigned(with_witness)
        fill(store, SIZE + 5)
        with_witness.cosign(LOG, self.cosigned(with_witness))
        with_witness.cosign(LOG, early)
        assert head_of(with_witness.cosigned(LOG)).size == SIZE + 5

    def test_a_stranger_s_cosignature_is_refused(self, with_witness):
        with pytest.raises(NotEntitled, match="no witness"):
            with_witness.cosign(LOG, self.cosigned(with_witness, Signer("elsewhere", b"\x13" * 32, COSIGNATURE)))

    def test_a_signature_of_a_stranger_beside_a_witness_is_left_out(self, with_witness):
        note = Note.parse(self.cosigned(with_witness))
        stranger = Signer("elsewhere", b"\x13" * 32, COSIGNATURE)
        kept = with_witness.cosign(LOG, bytes(note.with_signatures([cosign(note, stranger, NOW)])))
        assert kept == bytes(note)

    def test_a_cosignature_of_another_checkpoint_is_refused(self, with_witness):
        note = Note.parse(self.cosigned(with_witness))
        other = cosign(Note("elsewhere\n1\nx\n"), WITNESS, NOW)
        with pytest.raises(SignatureInvalid):
            with_witness.cosign(LOG, bytes(note.with_signatures([other])))

    def test_a_checkpoint_that_is_not_ours_is_refused(self, with_witness):
        text = Note.parse(with_witness.checkpoint(LOG)).text.replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n")
        with pytest.raises(NotEntitled, match="no checkpoint that this"):
            with_witness.cosign(LOG, bytes(Note(text, (cosign(Note(text), WITNESS, NOW),))))

    def test_another_log_s_checkpoint_is_refused(self, with_witness):
        with pytest.raises(NotEntitled):
            with_witness.cosign("access", self.cosigned(with_witness))

    def test_none_yet(self, with_witness):
        with pytest.raises(NotFound):
            with_witness.cosigned(LOG)


class TestRoutes:
    @pytest.fixture
    def http(self, ours):
        return TestClient(app_of(ours))

    def test_a_checkpoint_is_text_that_is_soon_stale(self, http):
        answer = http.get(f"/log/{LOG}/checkpoint")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=1"
        assert head_of(answer.content).size == SIZE

    @pytest.mark.parametrize("path", ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001"])
    def test_a_tile_is_bytes_that_never_change(self, http, path):
        http.get(f"/log/{LOG}/checkpoint")
        answer = http.get(f"/log/{LOG}/{path}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
        assert len(answer.content) in {88 * 32, 2 * 32, 256 * 32, 256 * 34}

    @pytest.mark.parametrize("path", ["tile/0/002", "tile/0/003.p/1", "tile/2/000.p/1", "tile/entries/002.p/89"])
    def test_beyond_the_log_is_not_found_and_not_cached(self, http, path):
        http.get(f"/log/{LOG}/checkpoint")
        answer = http.get(f"/log/{LOG}/{path}")
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")

    @pytest.mark.parametrize(
        "path",
        ["tile/00/000", "tile/64/000", "tile/0/0", "tile/0/000.p/0", "tile/0/000.p/256", "tile/entries/x000/000"],
    )
    def test_a_misspelt_path_names_nothing(self, http, path):
        http.get(f"/log/{LOG}/checkpoint")
        answer = http.get(f"/log/{LOG}/{path}")
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")

    @pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "tile/entries/002.p/88", "vkey"])
    def test_a_cached_response_is_not_sent_again(self, http, path):
        http.get(f"/log/{LOG}/checkpoint")
        answer = http.get(f"/log/{LOG}/{path}")
        for tags in (answer.headers["etag"], f'"x", W/{answer.headers["etag"]}', "*"):
            again = http.get(f"/log/{LOG}/{path}", headers={"if-none-match": tags})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
            assert again.headers["cache-control"] == answer.headers["cache-control"]
        assert http.get(f"/log/{LOG}/{path}", headers={"if-none-match": '"x"'}).content == answer.content
        head = http.head(f"/log/{LOG}/{path}")
        assert (head.status_code, head.content) == (200, b"")
        assert {**head.headers, "x-request-id": ""} == {**answer.headers, "x-request-id": ""}

    def test_another_log_is_none(self, http):
        assert http.get("/log/secrets/checkpoint").status_code == 400

    def test_a_verifier_key_is_published(self, http, ours):
        assert http.get(f"/log/{LOG}/vkey").text.split() == ours.verifiers(LOG)

    def test_a_cosignature_is_submitted(self, http, tmp_path):
        CheckpointStore(tmp_path / "notes").add_witness(str(WITNESS.verifier))
        note = Note.parse(http.get(f"/log/{LOG}/checkpoint").content)
        submitted = bytes(note.with_signatures([cosign(note, WITNESS, NOW)]))
        assert http.post(f"/log/{LOG}/cosignatures", content=submitted).content == submitted
        assert http.get(f"/log/{LOG}/checkpoint/cosigned").content == submitted
        assert http.post(f"/log/{LOG}/cosignatures", content=b"x" * 300_000).status_code == 413
        assert http.post(f"/log/{LOG}/cosignatures", content=b"x").status_code == 400


class TestGo:
    """Read by Go's note and tlog packages, and by Tessera's client and fsck."""

    @pytest.mark.parametrize("size", [1, 256, pytest.param(70_000, marks=pytest.mark.slow)])
    def test_a_log_of_any_size_is_whole(self, ledger_db, tmp_path, go_client, size):
        fill(ledger_db, size)
        with served(tiles_of(ledger_db, tmp_path)) as url:
            vkey = httpx.get(f"{url}/log/{LOG}/vkey").text.strip()
            assert go_client(f"{url}/log/{LOG}", vkey) == str(size)

    def test_a_grown_log_continues_the_older_checkpoint(self, ledger_db, tmp_path, go_client):
        log_tiles, old = tiles_of(ledger_db, tmp_path / "notes"), tmp_path / "old"
        fill(ledger_db, 300)
        old.write_bytes(log_tiles.checkpoint(LOG))
        fill(ledger_db, 1_000)
        with served(log_tiles) as url:
            log_url, vkey = f"{url}/log/{LOG}", log_tiles.verifiers(LOG)[0]
            assert go_client("-old", old, log_url, vkey) == "1000"
            other = Signer(Verifier.parse(vkey).name, b"\x15" * 32).verifier
            assert "no verifiable signatures" in go_client(log_url, other, ok=False)

    def test_other_tools_verify_a_cosignature(self, ledger_db, tmp_path, go_client):
        fill(ledger_db, 3)
        log_tiles = tiles_of(ledger_db, tmp_path)
        CheckpointStore(tmp_path).add_witness(str(WITNESS.verifier))
        note = Note.parse(log_tiles.checkpoint(LOG))
        log_tiles.cosign(LOG, bytes(note.with_signatures([cosign(note, WITNESS, NOW)])))
        with served(log_tiles) as url:
            log_url = f"{url}/log/{LOG}"
            assert go_client("-witness", str(WITNESS.verifier), log_url, log_tiles.verifiers(LOG)[0]) == "2"
