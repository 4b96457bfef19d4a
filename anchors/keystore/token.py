"""A master key inside a PKCS#11 token (SoftHSM, or any other HSM). The key is made in the token and never leaves it."""

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
    """An open session with one token.

    Args:
        library: The path of the PKCS#11 module.
        label: The label of the token.
        pin: The PIN of the token's user.

    Raises:
        SourceUnavailable: The module or the token is missing, or the PIN is wrong.
    """

    def __init__(self, library: str, label: str, pin: str) -> None:
        self._lock = threading.Lock()
        try:
            self._session: Any = pkcs11.lib(library).get_token(token_label=label).open(rw=True, user_pin=pin)
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise SourceUnavailable("the token does not open: check module, label and PIN") from error

    def master(self, label: str = "mydata-master") -> TokenMaster:
        """Return the master key with a label. It is made on first use. Raises SourceUnavailable."""
        with self._lock, _errors_translated():
            if self._find(label) is None:
                self._session.generate_key(KeyType.AES, 256, label=label, store=True, template=SEALED)
        return TokenMaster(self, label)

    def successor(self) -> TokenMaster:
        """Make a new master key in this token, for `rotate_master`."""
        return self.master(f"mydata-master-{secrets.token_hex(8)}")

    def crypt(self, label: str, data: bytes, nonce: bytes, name: bytes, *, seal: bool) -> bytes:
        """Encrypt (`seal`) or decrypt by AES-256-GCM inside the token. Raises SourceUnavailable."""
        mechanism = {"mechanism": Mechanism.AES_GCM, "mechanism_param": GCMParams(nonce, name, TAG_BITS)}
        with self._lock, _errors_translated():
            key = self._find(label)
            if key is None:
                raise SourceUnavailable("the token holds no such master key; restore the token from its backup")
            return bytes(key.encrypt(data, **mechanism) if seal else key.decrypt(data, **mechanism))

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _find(self, label: str) -> Any:
        attributes = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: label}
        return next(iter(list(self._session.get_objects(attributes))), None)


class TokenMaster:
    """One master key in a token, given by its label."""

    def __init__(self, token: Token, label: str) -> None:
        self._token, self._label = token, label

    @property
    def reference(self) -> bytes:
        """The label of the key. It is of no use without the token and its PIN."""
        return self._label.encode()

    def with_reference(self, reference: bytes) -> Master:
        """Return the master key of this token whose label is `reference`."""
        return TokenMaster(self._token, reference.decode())

    def wrap(self, key: bytes, name: bytes) -> bytes:
        """Wrap a custody key inside the token, bound to its name."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._token.crypt(self._label, key, nonce, name, seal=True)

    def unwrap(self, wrapped: bytes, name: bytes) -> bytes:
        """Unwrap a custody key inside the token. Raises SourceUnavailable."""
        return self._token.crypt(self._label, wrapped[NONCE:], wrapped[:NONCE], name, seal=False)


class _ErrorsTranslated:
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, pkcs11.PKCS11Error):
            raise SourceUnavailable("the token refuses, or a key in the keystore does not open under it") from error


_errors_translated = _ErrorsTranslated
