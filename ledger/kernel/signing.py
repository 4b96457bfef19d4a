"""The accepted kinds of signatures: keys of addresses, passkeys, and contract wallets if the chain may be queried."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mydata_ledger.ledger import passkey, signers
from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.party import ADDRESS_SIZE
from mydata_ledger.ledger.ports import ContractWallets


@dataclass(frozen=True, slots=True)
class Signers:
    """The order is that of the contract (ADR 7): the key of an address, then its ERC-1271 answer, or an ERC-7913
    verifier.

    `passkeys` is the 20-byte address of the verifier contract whose passkeys are accepted, empty for none; any other
    verifier could accept every signature. `contracts` queries contract wallets; without it none is accepted.
    `relying_party` is the site for which a passkey must have signed; without it any, as on chain.
    """

    passkeys: bytes = b""
    contracts: ContractWallets | None = None
    relying_party: passkey.RelyingParty | None = None

    def without_contracts(self) -> Signers:
        """These signers without contract wallets, so that the chain is never queried."""
        return replace(self, contracts=None)

    def verify(self, signer: bytes, digest: bytes, signature: bytes) -> bytes:
        """The signature of `signer` over the 32-byte digest, as it is stored.

        An account's key gives 65 bytes with v 27 or 28. What a contract wallet or a passkey signed stays as it is.

        Raises:
            SignatureInvalid: the signature is not the signer's over the digest.
            OtherSite: a passkey signed for another site than `relying_party`.
            SourceUnavailable: only the chain could tell, and it does not answer.
        """
        if len(signer) == passkey.SIGNER_SIZE:
            return self._passkey(signer, digest, signature)
        try:
            return signers.verify(signer, digest, signature)
        except SignatureInvalid:
            if not self._wallet_agrees(signer, digest, signature):
                raise
        return signature

    def _passkey(self, signer: bytes, digest: bytes, signature: bytes) -> bytes:
        if not self.passkeys or signer[:ADDRESS_SIZE] != self.passkeys:
            raise SignatureInvalid("this passkey names another verifier than this ledger's; sign in with it again")
        assertion = passkey.verify(signer[ADDRESS_SIZE:], digest, signature)
        if self.relying_party:
            self.relying_party.check(assertion)
        return signature

    def _wallet_agrees(self, signer: bytes, digest: bytes, signature: bytes) -> bool:
        if self.contracts is None or len(signer) != ADDRESS_SIZE:
            return False
        return self.contracts.agrees(signer, digest, signature)
