"""Notifiers against real receivers: an HTTP server that checks the signature, an SMTP server that keeps the mails."""

import base64
import contextlib
import hmac
import json
import socket
import threading
from dataclasses import replace
from email import message_from_bytes
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from mydata_ledger.anchors.notifiers import EmailNotifier, WebhookNotifier, webhook
from mydata_ledger.anchors.notifiers.email import EVENT_TEXTS
from mydata_ledger.anchors.notifiers.webhook import is_public
from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.kernel import Delivery
from mydata_ledger.ledger.kernel.people.subscriptions import Subscription
from mydata_ledger.ledger.message import Event
from mydata_ledger.scripts.devnet import free_port

KEY = b"\x5a" * 32
SECRET = "whsec_" + base64.b64encode(KEY).decode()
DELIVERY = Delivery("ab" * 32, "data.used", "access/7", 1_800_000_000)


def to(address, channel="webhook"):
    return Subscription(b"", "0x", channel, address, frozenset(), SECRET)


@pytest.fixture
def receiver():
    got, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, dict(self.headers), body))
            status, headers = answers.pop(0) if answers else (204, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.got, server.answers = got, answers
    server.url = f"http://127.0.0.1:{server.server_port}/hook?x=1"
    yield server
    server.shutdown()
    server.server_close()


def test_a_webhook_is_signed_as_standard_webhooks_say(receiver):
    WebhookNotifier(private=True).send(DELIVERY, to(receiver.url))
    ((path, headers, body),) = receiver.got
    headers = {name.lower(): value for name, value in headers.items()}
    signed_content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(KEY, signed_content, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    assert (path, headers["webhook-id"], headers["content-type"]) == ("/hook?x=1", "ab" * 32, "application/json")
    assert json.loads(body) == {
        "type": "data.used",
        "timestamp": "2027-01-15T08:00:00Z",
        "data": {"subject": "access/7"},
    }


@pytest.fixture
def everywhere(monkeypatch):
    """Every name leads to this machine."""
    real = socket.getaddrinfo

    def resolve(host, port, *rest, **more):
        return real(host if ":" in host else "127.0.0.1", port, *rest, **more)

    monkeypatch.setattr(webhook.socket, "getaddrinfo", resolve)


@pytest.mark.parametrize(
    ("host", "sent"),
    [("한국.kr", "xn--3e0b707e.kr"), ("bücher.example", "xn--bcher-kva.example"),
     ("straße.example", "xn--strae-oqa.example"),
     ("\uff25\uff38。org", "ex.org"),
     ("a_b.example", "a_b.example"), ("xn--3e0b707e.kr", "xn--3e0b707e.kr")],
)  # fmt: skip
def test_an_internationalised_host_is_sent_in_ascii(receiver, everywhere, host, sent):
    WebhookNotifier(private=True).send(DELIVERY, to(f"http://{host}:{receiver.server_port}/a b/한?q=é"))
    ((path, headers, _),) = receiver.got
    assert {name.lower(): value for name, value in headers.items()}["host"] == f"{sent}:{receiver.server_port}"
    assert path == "/a%20b/%ED%95%9C?q=%C3%A9"


def test_an_ipv6_host_is_in_brackets():
    class Ipv6Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6

    hosts = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            hosts.append(self.headers["host"])
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with Ipv6Server(("::1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        WebhookNotifier(private=True).send(DELIVERY, to(f"http://[::1]:{server.server_port}/hook"))
        server.shutdown()
    assert hosts == [f"[::1]:{server.server_port}"]


@pytest.mark.parametrize("host", ["a\u202eb.kr", "\u200dx.kr", "한" * 70 + ".kr", "-한-.kr", "\u0660a.kr"])
def test_a_host_that_idna_does_not_permit_is_refused_for_good(host):
    with pytest.raises(InvalidStatement):
        WebhookNotifier(private=True).send(DELIVERY, to(f"http://{host}/"))


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [(500, {}, SourceUnavailable), (404, {}, SourceUnavailable), (410, {}, InvalidStatement),
     (302, {"location": "http://127.0.0.1:1/"}, SourceUnavailable)],
)  # fmt: skip
def test_any_answer_but_a_2xx_is_no_delivery_and_no_redirect_is_followed(receiver, status, headers, error):
    receiver.answers.append((status, headers))
    with pytest.raises(error):
        WebhookNotifier(private=True).send(DELIVERY, to(receiver.url))
    assert len(receiver.got) == 1


def test_a_name_that_answers_differently_the_second_time_reaches_nothing(receiver, monkeypatch):
    """DNS rebinding: the connection goes to the address that was checked."""
    answers = ["93.184.215.14", "127.0.0.1", "127.0.0.1"]
    resolved, connected = [], []

    def resolve(host, port, *_, **__):
        resolved.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    async def connect(target, *_):
        connected.append(target)
        return 204

    monkeypatch.setattr(webhook.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(webhook, "_status", connect)
    WebhookNotifier().send(DELIVERY, to(f"https://rebind.example.org:{receiver.server_port}/"))
    assert (resolved, connected) == (["rebind.example.org"], [f"https://93.184.215.14:{receiver.server_port}/"])
    with pytest.raises(InvalidStatement, match="private"):
        WebhookNotifier().send(DELIVERY, to("https://rebind.example.org/"))


def test_a_host_with_one_private_address_among_others_is_refused(monkeypatch):
    addresses = [(socket.AF_INET, 1, 6, "", (ip, 443)) for ip in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *_, **__: addresses)
    with pytest.raises(InvalidStatement, match="private"):
        WebhookNotifier().send(DELIVERY, to("https://half.example.org/"))


def test_a_receiver_that_answers_a_byte_at_a_time_is_cut_off(monkeypatch):
    monkeypatch.setattr(webhook, "DEADLINE", 0.4)
    over = threading.Event()

    def drip(server):
        peer, _ = server.accept()
        with peer, contextlib.suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\n" + b"x-slow: y\r\n" * 99:
                if over.wait(0.05):
                    return
                peer.sendall(bytes([byte]))

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        with pytest.raises(SourceUnavailable, match="whole answer"):
            WebhookNotifier(private=True).send(DELIVERY, to(f"http://127.0.0.1:{server.getsockname()[1]}/"))
        over.set()
        thread.join(5)


def test_a_receiver_that_is_gone_is_tried_later(receiver):
    receiver.shutdown()
    receiver.server_close()
    with pytest.raises(SourceUnavailable):
        WebhookNotifier(private=True).send(DELIVERY, to(receiver.url))
    with pytest.raises(SourceUnavailable):
        WebhookNotifier(private=True).send(DELIVERY, to("http://no-such-host.invalid/"))


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.0.0.1/", "https://192.168.1.1/",
     "https://169.254.169.254/latest/meta-data", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/", "https://[fe80::1]/",
     "https://2130706433/", "https://0x7f.1/"],
)  # fmt: skip
def test_no_request_goes_into_a_private_network(receiver, address):
    with pytest.raises((InvalidStatement, SourceUnavailable)) as refused:
        WebhookNotifier().send(DELIVERY, to(address))
    assert receiver.got == []
    assert "private" in str(refused.value) or "no address" in str(refused.value)


@pytest.mark.parametrize(
    "address",
    ["http://example.org/", "ftp://example.org/", "https://a:b@example.org/", "https:///x", "not a url",
     "https://example.org/#f", "https://example.org:99999/", "https://[/"],
)  # fmt: skip
def test_what_is_no_https_url_is_refused_for_good(address):
    with pytest.raises(InvalidStatement):
        WebhookNotifier().send(DELIVERY, to(address))


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("100.64.0.1", False),
     ("224.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("::ffff:10.0.0.1", False),
     ("198.18.0.1", False), ("255.255.255.255", False), ("::7f00:1", False), ("64:ff9b:1::a00:1", False),
     ("::ffff:0:7f00:1", False), ("fec0::1", False), ("3fff::1", False), ("fd00::1", False), ("::", False),
     ("2001:0:4136:e378:8000:63bf:80ff:fffe", False), ("2002:5db8:d70e::1", True)],
)  # fmt: skip
def test_which_addresses_are_on_the_public_internet(address, public):
    assert is_public(address) is public


class MailReceiver:
    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("gone@"):
            return "550 no such user"
        if address.startswith("busy@"):
            return "450 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def mail():
    receiver = MailReceiver()
    receiver.port = free_port()
    controller = Controller(receiver, hostname="127.0.0.1", port=receiver.port)
    controller.start()
    yield receiver
    controller.stop()


def mailbox(mail, **more):
    return EmailNotifier("127.0.0.1", mail.port, "ledger@example.org", "https://ledger.example.org", tls=False, **more)


def test_a_mail_names_the_event_and_contains_no_personal_data(mail):
    mailbox(mail).send(DELIVERY, to("ann@example.org", "email"))
    ((sender, recipients, raw),) = mail.mails
    message = message_from_bytes(raw)
    assert (sender, recipients) == ("ledger@example.org", ["ann@example.org"])
    assert message["Subject"] == "MyData Ledger: your data were used"
    assert "https://ledger.example.org" in message.get_payload()
    assert b"access/7" not in raw


@pytest.mark.parametrize("event", Event)
def test_every_event_has_a_text_of_its_own(mail, event):
    mailbox(mail).send(replace(DELIVERY, event=event), to("ann@example.org", "email"))
    subject = message_from_bytes(mail.mails[0][2])["Subject"]
    assert subject == f"MyData Ledger: {EVENT_TEXTS[event]}"
    assert len(set(EVENT_TEXTS.values())) == len(EVENT_TEXTS) == len(Event)


@pytest.mark.parametrize(
    ("address", "error"),
    [("gone@example.org", InvalidStatement), ("busy@example.org", SourceUnavailable), ("no address", InvalidStatement),
     ("a@b\r\nBcc: eve@example.org", InvalidStatement)],
)  # fmt: skip
def test_an_address_the_server_refuses(mail, address, error):
    with pytest.raises(error):
        mailbox(mail).send(DELIVERY, to(address, "email"))
    assert mail.mails == []


def test_a_mail_server_that_is_gone_or_has_no_tls_is_tried_later(mail):
    with pytest.raises(SourceUnavailable):
        EmailNotifier("127.0.0.1", mail.port, "a@example.org", "x").send(DELIVERY, to("ann@example.org", "email"))
    with pytest.raises(SourceUnavailable):
        EmailNotifier("127.0.0.1", 1, "a@example.org", "x", tls=False).send(DELIVERY, to("ann@example.org", "email"))
