"""The trustless gateway against its specification: formats, scopes, ranges, caches and refusals."""

import io
import os

import pytest

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.ipld import car
from mydata_ledger.anchors.ipld.cid import DAG_PB, Cid
from mydata_ledger.anchors.ipld.gateway import CAR_TYPE, RAW_TYPE, GatewayRequest, respond
from mydata_ledger.anchors.ipld.unixfs import CHUNK, DIRECTORY, blocks_of
from mydata_ledger.anchors.ipld.wire import data, number
from mydata_ledger.ledger.errors import PayloadAltered, PayloadMissing, SourceUnavailable

CONTENT = os.urandom(5 * CHUNK + 1)
LEAVES = [CONTENT[start : start + CHUNK] for start in range(0, len(CONTENT), CHUNK)]


@pytest.fixture
def blocks(tmp_path):
    return Blocks(tmp_path)


@pytest.fixture
def cid(blocks):
    return BlockPayloads(blocks).put_many([CONTENT])[0]


@pytest.fixture
def ask(blocks):
    def ask(path, query=None, method="GET", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        segments = tuple(part for part in path.split("/") if part)
        reply = respond(blocks.get, GatewayRequest(method, segments, query or {}, named))
        return reply.status, reply.headers, b"".join(reply.body)

    return ask


def inside(body):
    roots, blocks = car.read(io.BytesIO(body))
    return roots, [block for _, block in blocks]


def test_a_block_comes_raw_with_the_headers_of_the_specification(ask, cid):
    status, headers, body = ask(cid, {"format": "raw"})
    assert (status, headers["content-type"]) == (200, RAW_TYPE)
    assert Cid.parse(cid).names(body)
    assert headers["etag"] == f'"{cid}.raw"'
    assert "immutable" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == f'attachment; filename="{cid}.bin"'
    assert headers["content-length"] == str(len(body))


@pytest.mark.parametrize("kind", [RAW_TYPE, CAR_TYPE, f"text/html, {CAR_TYPE};version=1;q=0.5"])
def test_the_format_may_be_given_by_accept(ask, cid, kind):
    status, headers, _ = ask(cid, accept=kind)
    assert status == 200
    assert headers["content-type"].split(";")[0] in kind


def test_format_outranks_accept(ask, cid):
    assert ask(cid, {"format": "raw"}, accept=CAR_TYPE)[1]["content-type"] == RAW_TYPE


def test_a_car_holds_the_whole_dag(ask, cid):
    status, headers, body = ask(cid, {"format": "car"})
    roots, received = inside(body)
    assert (status, headers["content-type"]) == (200, f"{CAR_TYPE}; version=1; order=dfs; dups=n")
    assert (roots, received[1:]) == ([Cid.parse(cid)], LEAVES)


@pytest.mark.parametrize(
    ("query", "leaves"),
    [
        ({"dag-scope": "block"}, []),
        ({"dag-scope": "entity"}, LEAVES),
        ({"dag-scope": "all"}, LEAVES),
        ({"entity-bytes": "0:*"}, LEAVES),
        ({"entity-bytes": "0:0"}, LEAVES[:1]),
        ({"entity-bytes": f"{CHUNK - 1}:{CHUNK}"}, LEAVES[:2]),
        ({"entity-bytes": f"{CHUNK}:{2 * CHUNK - 1}"}, LEAVES[1:2]),
        ({"entity-bytes": "-1:*"}, LEAVES[-1:]),
        ({"entity-bytes": "0:-2"}, LEAVES[:-1]),
        ({"entity-bytes": f"{4 * CHUNK}:-{3 * CHUNK}"}, []),
        ({"entity-bytes": "-99999999999:*"}, LEAVES),
        ({"dag-scope": "block", "entity-bytes": "0:0"}, []),
    ],
)
def test_scopes_and_ranges_select_blocks(ask, cid, query, leaves):
    assert inside(ask(cid, {"format": "car", **query})[2])[1][1:] == leaves


def test_a_path_through_a_folder_is_proved_by_the_blocks_along_it(blocks, ask, cid):
    link = data(1, Cid.parse(cid).raw) + data(2, b"scan.bin") + number(3, 1)
    folder = data(2, link) + data(1, number(1, DIRECTORY))
    root = Cid.of(DAG_PB, folder)
    blocks.put_all([(root, folder)])
    roots, received = inside(ask(f"{root}/scan.bin", {"format": "car"})[2])
    assert (roots, received[0], received[2:]) == ([Cid.parse(cid)], folder, LEAVES)
    assert inside(ask(str(root), {"format": "car", "dag-scope": "entity"})[2])[1] == [folder]
    assert ask(f"{root}/other.bin", {"format": "car"})[0] == 404


@pytest.mark.parametrize("form", ["raw", "car"])
def test_head_has_the_same_headers_without_the_body(ask, cid, form):
    status, headers, _ = ask(cid, {"format": form})
    assert ask(cid, {"format": form}, "HEAD") == (status, headers, b"")


@pytest.mark.parametrize("form", ["raw", "car"])
def test_a_cached_response_is_not_sent_again(ask, cid, form):
    etag = ask(cid, {"format": form})[1]["etag"]
    for tags in (etag, f'"x", {etag}', "*"):
        assert ask(cid, {"format": form}, if_none_match=tags)[::2] == (304, b"")
    assert ask(cid, {"format": form}, if_none_match='"x"')[0] == 200


def test_etags_of_different_selections_differ(ask, cid):
    tags = {ask(cid, {"format": "car", "dag-scope": scope})[1]["etag"] for scope in ("block", "entity", "all")}
    assert len(tags) == 3


def test_clients_find_the_gateway_by_the_empty_block(ask):
    assert ask("bafkqaaa", {"format": "raw"})[::2] == (200, b"")


@pytest.mark.parametrize(
    ("path", "query", "headers", "status"),
    [
        ("CID", {}, {}, 400),
        ("CID", {}, {"accept": "*/*"}, 406),
        ("CID", {}, {"accept": f"{CAR_TYPE};q=0"}, 406),
        ("CID", {}, {"accept": f"{CAR_TYPE};order=foo"}, 406),
        ("CID", {}, {"accept": "application/vnd.ipfs.ipns-record"}, 406),
        ("CID/file", {"format": "raw"}, {}, 406),
        ("CID", {"format": "ipns-record"}, {}, 400),
        ("CID", {"format": "dag-json"}, {}, 406),
        ("CID", {"format": "car", "car-order": "foo"}, {}, 400),
        ("CID", {"format": "car", "car-dups": "x"}, {}, 400),
        ("CID", {"format": "car", "entity-bytes": "99999999999:*"}, {}, 400),
        ("CID", {"format": "car", "entity-bytes": "9:5"}, {}, 400),
        ("CID", {"format": "raw"}, {"service_worker": "script"}, 400),
        ("CID", {}, {"accept": "text/html"}, 406),
        ("CID", {}, {"accept": f"{CAR_TYPE};version=2"}, 406),
        ("CID", {"format": "tar"}, {}, 406),
        ("CID", {"format": "nonsense"}, {}, 400),
        ("CID", {"format": "car", "dag-scope": "some"}, {}, 400),
        ("CID", {"format": "car", "entity-bytes": "a:b"}, {}, 400),
        ("CID", {"format": "car", "car-version": "2"}, {}, 400),
        ("nonsense", {"format": "raw"}, {}, 400),
        ("../../etc/passwd", {"format": "raw"}, {}, 400),
        ("", {"format": "raw"}, {}, 400),
        ("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", {"format": "raw"}, {}, 404),
        ("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", {"format": "car"}, {}, 404),
        (
            "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
            {"format": "raw"},
            {"cache_control": "only-if-cached"},
            412,
        ),
    ],
)
def test_refusals_say_why(ask, cid, path, query, headers, status):  # noqa: PLR0917
    status_code, answer_headers, body = ask(path.replace("CID", cid), query, **headers)
    assert (status_code, answer_headers["cache-control"]) == (status, "no-store")
    assert body


def test_only_reading_is_served(ask, cid):
    assert ask(cid, {"format": "raw"}, "POST")[0] == 405


@pytest.mark.parametrize(("error", "status"), [(PayloadAltered("x"), 500), (SourceUnavailable("x"), 503)])
def test_a_store_in_trouble_is_no_absent_content(error, status):
    def get(_):
        raise error

    root = str(next(iter(blocks_of(b"x")))[0])
    assert respond(get, GatewayRequest("GET", (root,), {"format": "raw"})).status == status


def test_a_leaf_that_is_lost_while_it_is_sent_aborts_the_car(blocks, cid):
    lost = list(blocks_of(CONTENT))[2][0]
    blocks.keep_only({block.digest for block, _ in blocks_of(CONTENT)} - {lost.digest})
    reply = respond(blocks.get, GatewayRequest("GET", (cid,), {"format": "car"}))
    with pytest.raises(PayloadMissing, match="not in the payload store"):
        list(reply.body)
