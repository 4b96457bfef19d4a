"""A master key inside a PKCS#11 token: SoftHSM on one machine, any HSM elsewhere. It is made there and stays there."""

from __future__ import annotations

import secrets
import threading
from typing import Any

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass

from mydata_ledger.anchors.keystore.masters import Master
from mydata_ledger.anchors.keystore.wrapped import NONCE
from mydata_ledger.ledger.errors import SourceUnavailable

TAG_BITS = 128
SEALED = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.TOKEN: True}


class Token:
    """An open session with one token: `library` is the module's path, `label` the token's, `pin` its user's.

    Raises SourceUnavailable when the module, the token or the PIN is not there or not right.
    """

    def __init__(self, library: str, label: str, pin: str) -> None:
        self._lock = threading.Lock()
        try:
            self._session: Any = pkcs11.lib(library).get_token(token_label=label).open(rw=True, user_pin=pin)
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise SourceUnavailable("the token does not open: check module, label and PIN") from error

    def master(self, label: str = "mydata-master") -> TokenMaster:
        """The master key of that label, made on first use. Raises SourceUnavailable."""
        with self._lock, _refusals():
            found = self._find(label)
            if found is None:
                self._session.generate_key(KeyType.AES, 256, label=label, store=True, template=SEALED)
        return TokenMaster(self, label)

    def successor(self) -> TokenMaster:
        """A fresh master key in the same token, for `rotate_master`."""
        return self.master(f"mydata-master-{secrets.token_hex(8)}")

    def crypt(self, label: str, data: bytes, nonce: bytes, name: bytes, *, seal: bool) -> bytes:
        """AES-256-GCM inside the token. Raises SourceUnavailable."""
        how = {"mechanism": Mechanism.AES_GCM, "mechanism_param": GCMParams(nonce, name, TAG_BITS)}
        with self._lock, _refusals():
            key = self._find(label)
            if key is None:
                raise SourceUnavailable("the token holds no such master key; restore the token from its backup")
            return bytes(key.encrypt(data, **how) if seal else key.decrypt(data, **how))

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _find(self, label: str) -> Any:
        wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: label}
        return next(iter(list(self._session.get_objects(wanted))), None)


class TokenMaster:
    """One key of a token, by its label."""

    def __init__(self, token: Token, label: str) -> None:
        self._token, self._label = token, label

    @property
    def reference(self) -> bytes:
        """The label: worth nothing without the token and its PIN."""
        return self._label.encode()

    def again(self, reference: bytes) -> Master:
        """Another key of the same token."""
        return TokenMaster(self._token, reference.decode())

    def wrap(self, key: bytes, name: bytes) -> bytes:
        """A custody key, sealed by the token."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._token.crypt(self._label, key, nonce, name, seal=True)

    def unwrap(self, wrapped: bytes, name: bytes) -> bytes:
        """The custody key again. Raises SourceUnavailable."""
        return self._token.crypt(self._label, wrapped[NONCE:], wrapped[:NONCE], name, seal=False)


class _Refusals:
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, pkcs11.PKCS11Error):
            raise SourceUnavailable("the token refuses, or a key in the keystore does not open under it") from error


_refusals = _Refusals
