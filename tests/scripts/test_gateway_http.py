"""The gateway over HTTP."""

import email
import http.client
import os
import socket
from urllib.parse import quote, urlsplit

import httpx
import pytest

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.ipld.cid import DAG_PB, Cid
from mydata_ledger.anchors.ipld.unixfs import CHUNK, DIRECTORY, blocks_of
from mydata_ledger.anchors.ipld.wire import data, number
from mydata_ledger.scripts.gateway import denylist
from tests.scripts.gateways import inside, serving

CAR, RAW = "application/vnd.ipld.car", "application/vnd.ipld.raw"
CONTENT = os.urandom(3 * CHUNK + 5)
INLINE = "bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqfa"
NAMES = ["scan.bin", "file!'()*~.txt", "100%.txt", "a#b?c.txt", "ü 🚀.txt"]


def folder_of(names, cid):
    links = [data(1, cid.raw) + data(2, name.encode()) + number(3, 1) for name in names]
    block = b"".join(data(2, link) for link in links) + data(1, number(1, DIRECTORY))
    return Cid.of(DAG_PB, block), block


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    blocks = Blocks(folder / "blocks")
    (file,) = BlockPayloads(blocks).put_many([CONTENT])
    directory = folder_of(NAMES, Cid.parse(file))
    blocks.put_all([directory])
    return folder, blocks, file, str(directory[0])


@pytest.fixture(scope="module")
def client(kept):
    with serving(kept[1].get, denylist(kept[0] / "denylist")) as url, httpx.Client(base_url=url) as opened:
        yield opened


def test_a_block_and_a_car_come_over_http_in_full(client, kept):
    _, _, file, _ = kept
    block = client.get(f"/ipfs/{file}?format=raw")
    assert block.status_code == 200
    assert Cid.parse(file).names(block.content)
    archive = client.get(f"/ipfs/{file}", headers={"accept": CAR})
    assert inside(archive.content) == [file, *[str(cid) for cid, _ in blocks_of(CONTENT)][:-1]]
    assert "content-length" not in archive.headers


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_hold_what_urls_must_escape(client, kept, name):
    _, _, file, folder = kept
    answer = client.get(f"/ipfs/{folder}/{quote(name, safe='')}?format=car&dag-scope=block")
    assert inside(answer.content) == [folder, file]
    assert answer.headers["ipfs-uri"] == f"ipfs://{folder}/{quote(name, safe='')}"
    assert answer.headers.get("x-ipfs-path") == (f"/ipfs/{folder}/{name}" if name.isascii() else None)
    assert answer.headers["x-ipfs-roots"] == f"{folder},{file}"


@pytest.mark.parametrize(
    ("spelled", "intended"),
    [
        ("a/b.txt", "a/b.txt"),
        ("a%2Fb.txt", "a/b.txt"),
        ("a%2f..%2Fa%2Fb%2Etxt", "a/b.txt"),
        ("./a//b.txt", "a/b.txt"),
        ("a/", "a/"),
        ("a", "a"),
        ("x%2f%2e%2e/a/%2e", "a/"),
    ],
)
def test_a_path_means_the_same_however_it_is_spelled(kept, spelled, intended):
    blocks = kept[1]
    leaf, other = (next(iter(blocks_of(text)))[0] for text in (b"nested", b"beside"))
    inner = folder_of(["b.txt"], leaf)
    links = [data(1, cid.raw) + data(2, name) + number(3, 1) for cid, name in ((inner[0], b"a"), (other, b"a/b.txt"))]
    block = b"".join(data(2, link) for link in links) + data(1, number(1, DIRECTORY))
    root = Cid.of(DAG_PB, block)
    blocks.put_all([*blocks_of(b"nested"), inner, (root, block)])
    zero = str(Cid(DAG_PB, root.digest, version=0))
    for start in (str(root), zero):
        with serving(blocks.get) as url:
            caller = http.client.HTTPConnection(*place(url))  # sends a path as it is given
            caller.request("GET", f"/ipfs/{start}/{spelled}?format=car&dag-scope=block")
            answer = caller.getresponse()
            assert answer.headers["ipfs-uri"] == f"ipfs://{root}/{intended}"
            assert inside(answer.read())[-1] == str(leaf if intended.endswith("b.txt") else inner[0])
            caller.close()


@pytest.mark.parametrize("path", ["%2e%2e", "a%2F..%2f..", "..%2f..%2f..%2fetc/passwd"])
def test_no_spelling_leads_out_of_the_content(client, kept, path):
    assert client.get(f"/ipfs/{kept[3]}/{path}?format=car").status_code == 400


def place(url):
    parts = urlsplit(url)
    return parts.hostname, parts.port


def test_several_ranges_come_in_parts_and_a_head_has_none(client, kept):
    path = f"/ipfs/{kept[2]}?format=raw"
    block = client.get(path).content
    several = client.get(path, headers={"range": "bytes=6-16, 0-4,900000-"})
    assert several.status_code == 206
    kind = f"Content-Type: {several.headers['content-type']}\n\n".encode()
    parts = [
        (part.get_content_type(), part["content-range"], part.get_payload(decode=True))
        for part in email.message_from_bytes(kind + several.content).get_payload()
    ]
    ranges = [(6, 16), (0, 4)]
    assert parts == [(RAW, f"bytes {first}-{last}/{len(block)}", block[first : last + 1]) for first, last in ranges]
    single = client.get(path, headers={"range": "bytes=900000-, 1-2"})
    assert (single.status_code, single.content, single.headers["content-type"]) == (206, block[1:3], RAW)
    assert client.get(path, headers={"range": "bytes=900000-,-0"}).status_code == 416
    for ignored in (f"bytes=0-,{'0-1,' * 20}", "bytes=0-,0-", "bytes=0-1,x", "bytes=,", "lines=0-1"):
        assert client.get(path, headers={"range": ignored}).content == block
    assert client.head(path, headers={"range": "bytes=0-1"}).status_code == 200


def test_duplicates_come_once_or_each_time_as_asked(client, kept):
    _, _, file, folder = kept
    leaves = [str(cid) for cid, _ in blocks_of(CONTENT)][:-1]
    once = client.get(f"/ipfs/{folder}?format=car&car-dups=n")
    again = client.get(f"/ipfs/{folder}?format=car", headers={"accept": f"{CAR}; version=1; order=dfs; dups=y"})
    assert inside(once.content) == [folder, file, *leaves]
    assert inside(again.content) == [folder, *[file, *leaves] * len(NAMES)]
    assert ("dups=n" in once.headers["content-type"], "dups=y" in again.headers["content-type"]) == (True, True)
    assert once.headers["etag"] != again.headers["etag"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (f"{RAW};q=0.5, {CAR}", CAR),
        (f"{CAR};q=0.4, {RAW};q=0.5", RAW),
        (f"{CAR};order=foo, {CAR};order=dfs;dups=y;q=0.5", "dups=y"),
        (f'{CAR}; version="1"', CAR),
        (f"{CAR};q=nonsense, {RAW};q=0.1", RAW),
        (f"text/html, {RAW};q=0, {CAR};q=0.001", CAR),
    ],
)
def test_the_heaviest_form_that_is_served_wins(client, kept, accept, kind):
    assert kind in client.get(f"/ipfs/{kept[2]}", headers={"accept": accept}).headers["content-type"]


def test_the_content_location_is_given_when_accept_chose_the_form(client, kept):
    path = f"/ipfs/{kept[2]}"
    chosen = client.get(path + "?dag-scope=block", headers={"accept": f"{CAR};dups=y"})
    assert chosen.headers["content-location"] == f"{path}?dag-scope=block&format=car&car-dups=y"
    again = client.get(chosen.headers["content-location"])
    assert (again.content, again.headers["etag"]) == (chosen.content, chosen.headers["etag"])
    assert "content-location" not in again.headers
    mixed = client.get(path + "?format=raw", headers={"accept": CAR})
    assert mixed.headers["content-location"] == f"{path}?format=raw"


def test_entity_bytes_alone_means_the_entity(client, kept):
    leaves = [str(cid) for cid, _ in blocks_of(CONTENT)][:-1]
    assert inside(client.get(f"/ipfs/{kept[2]}?format=car&entity-bytes=0:0").content) == [kept[2], leaves[0]]


def test_a_range_of_a_block_is_cut_and_of_a_car_ignored(client, kept):
    path, ask = f"/ipfs/{kept[2]}", {"range": "bytes=2-5"}
    block = client.get(path + "?format=raw").content
    cut = client.get(path + "?format=raw", headers=ask)
    assert (cut.status_code, cut.content) == (206, block[2:6])
    assert cut.headers["content-range"] == f"bytes 2-5/{len(block)}"
    whole = client.get(path + "?format=car", headers=ask)
    assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "none")
    other = client.get(path + "?format=raw", headers=ask | {"if-range": '"x"'})
    assert (other.status_code, other.content) == (200, block)


def test_inline_content_is_never_a_block_of_its_own(client):
    assert client.get(f"/ipfs/{INLINE}?format=raw").content == b"hello i am inlined cid\n"
    archive = client.get(f"/ipfs/{INLINE}", headers={"accept": f"{CAR}; dups=y"})
    assert (archive.status_code, inside(archive.content)) == (200, [])


@pytest.mark.parametrize("form", ["raw", "car"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_probe_is_answered(client, form, method):
    answer = client.request(method, f"/ipfs/bafkqaaa?format={form}")
    assert answer.status_code == 200
    assert inside(answer.content) == [] if form == "car" and method == "GET" else answer.content == b""


@pytest.mark.parametrize("path", ["/ipns/k51qzi5uqu5dh71qgwangrt6r0nd4094i88nsady6qgd1dhjcyfsaqmpp143ab", "/ipns/a.b"])
def test_names_are_not_resolved(client, path):
    answer = client.get(path, headers={"accept": "application/vnd.ipfs.ipns-record"})
    assert (answer.status_code, "not resolved" in answer.text) == (404, True)


def test_a_file_name_of_the_asker_s_choice_is_only_a_name(client, kept):
    answer = client.get(f"/ipfs/{kept[2]}", params={"format": "raw", "filename": 'test한국".bin\r\nx: y'})
    assert answer.headers["content-disposition"].startswith('attachment; filename="test___.bin__x: y"; filename*=UTF-8')
    assert "x" not in answer.headers


def test_what_the_operator_denies_is_gone_until_the_list_changes(client, kept):
    folder, _, file, _ = kept
    path = f"/ipfs/{file}?format=raw"
    (folder / "denylist").write_text(f"version: 1\n---\n# why\n/ipfs/{file} # court order\n/ipfs/nonsense\n//hash\n")
    assert client.get(path).status_code == 410
    (folder / "denylist").unlink()
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "cid", ["QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n", "bafyrgq" + "a" * 100, "zdpuAmxL5YCTg2rUH3qDbDqNBjNbSp"]
)
def test_a_cid_of_another_kind_is_unknown_or_malformed_and_never_an_error(client, cid):
    assert client.get(f"/ipfs/{cid}?format=raw").status_code in {400, 404}


def test_a_file_is_found_by_each_way_to_write_its_cid(client, kept):
    cid = Cid.parse(kept[2])
    for text in (kept[2].upper(), "f" + cid.raw.hex(), "F" + cid.raw.hex().upper(), "k" + base36(cid.raw)):
        assert client.get(f"/ipfs/{text}?format=raw").status_code == 200
    zero = str(Cid(cid.codec, cid.digest, version=0))
    assert zero.startswith("Qm")
    assert inside(client.get(f"/ipfs/{zero}?format=car&dag-scope=block").content) == [zero]


def base36(raw):
    value, text = int.from_bytes(raw), ""
    while value:
        value, digit = divmod(value, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return text


def test_an_answer_that_cannot_be_finished_is_broken_off_and_not_ended(tmp_path):
    blocks = Blocks(tmp_path)
    (file,) = BlockPayloads(blocks).put_many([CONTENT])
    made = list(blocks_of(CONTENT))
    blocks.keep_only({cid.digest for cid, _ in made} - {made[2][0].digest})
    with serving(blocks.get) as url:
        assert httpx.head(f"{url}/ipfs/{file}?format=car").status_code == 200
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            httpx.get(f"{url}/ipfs/{file}?format=car")
        assert httpx.get(f"{url}/ipfs/{file}?format=raw").status_code == 200


def test_reading_stops_when_the_client_disconnects(tmp_path):
    blocks, read = Blocks(tmp_path), []
    (file,) = BlockPayloads(blocks).put_many([os.urandom(200 * CHUNK)])

    def counting(cid):
        read.append(cid)
        return blocks.get(cid)

    with serving(counting) as url:
        with socket.create_connection(place(url)) as caller:
            caller.sendall(f"GET /ipfs/{file}?format=car HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            caller.recv(1_000)
        assert httpx.head(f"{url}/ipfs/{file}?format=raw").status_code == 200
    assert len(read) < 150
