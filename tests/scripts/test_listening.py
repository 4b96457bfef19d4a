"""A server listens as `localhost` on IPv4 and IPv6, and refuses a port that another program owns."""

import socket

import pytest

from mydata_ledger.scripts.devnet import DevnetFailed, free_port
from mydata_ledger.scripts.listening import bound, by_name, local
from mydata_ledger.scripts.settings import Settings

IPV6 = len(bound(0)) == 2
needs_ipv6 = pytest.mark.skipif(not IPV6, reason="this machine has no IPv6")


def listening(family, address):
    made = socket.socket(family)
    made.bind((address, 0))
    made.listen()
    return made


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, "127.0.0.1"), pytest.param(socket.AF_INET6, "::1", marks=needs_ipv6)],
)
def test_a_port_in_use_on_either_address_is_taken(family, address):
    with listening(family, address) as other:
        port = other.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            bound(port)
        with pytest.raises(DevnetFailed, match=f"port {port} is taken"):
            free_port(port)


@needs_ipv6
def test_both_addresses_have_the_same_port_and_any_may_be_free():
    four, six = bound(0)
    with four, six:
        assert four.getsockname()[:2] == ("127.0.0.1", six.getsockname()[1])
        assert six.getsockname()[0] == "::1"


def test_a_machine_without_ipv6_serves_on_what_it_has(monkeypatch):
    real = socket.socket

    def only_four(family, *rest):
        if family is socket.AF_INET6:
            raise OSError(97, "Address family not supported by protocol")
        return real(family, *rest)

    monkeypatch.setattr(socket, "socket", only_four)
    (only,) = bound(0)
    with only:
        assert only.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("uri", "host", "better"),
    [
        ("http://localhost:8420", "127.0.0.1:8420", True),
        ("http://localhost:8420/", "[::1]:8420", True),
        ("http://localhost:8420", "localhost:8420", False),
        ("http://localhost:8420", "127.0.0.1:9000", False),
        ("http://localhost:8420", "evil.example", False),
        ("http://localhost:8420", "", False),
        ("https://ledger.example", "127.0.0.1:8420", False),
        ("http://127.0.0.1:8420", "127.0.0.1:8420", False),
    ],
)
def test_only_the_number_of_this_very_port_is_sent_to_its_name(uri, host, better):
    assert by_name(uri, host) is better


def test_sessions_are_signed_for_the_name_unless_the_operator_sets_another(tmp_path, monkeypatch):
    monkeypatch.delenv("MYDATA_URI", raising=False)
    assert Settings.read(tmp_path, "http://x", 8420).uri == local(8420) == "http://localhost:8420"
    monkeypatch.setenv("MYDATA_URI", "https://ledger.example")
    assert Settings.read(tmp_path, "http://x", 8420).uri == "https://ledger.example"
