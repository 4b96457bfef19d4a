// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { AppendableLog } from "./AppendableLog.sol";
import { TransparencyLog } from "./TransparencyLog.sol";
import { IConsentRegistry } from "./interfaces/IConsentRegistry.sol";
import { Entry } from "./libraries/Entry.sol";
import { Scope } from "./libraries/Scope.sol";
import { Signatures } from "./libraries/Signatures.sol";
import { StatementHash } from "./libraries/StatementHash.sol";
import {
    ConsentOutline,
    ConsentStatus,
    Evidence,
    Opening,
    Question,
    RevocationOutline
} from "./types/Evidence.sol";
import { Consent, Delegation, Revocation } from "./types/Statements.sol";

/// @title ConsentRegistry
/// @notice See {IConsentRegistry}.
contract ConsentRegistry is IConsentRegistry, AppendableLog {
    /// @dev Marks by lock, by entry and by digest. Nobody can make a key of one kind equal to one of another: a lock that
    /// a secret opens is SHA-256 of 32 bytes, an entry is SHA-256 of 64 bytes, a digest is Keccak-256. A signer may write
    /// any value as the lock of their own statement; a mark that it meets then ends that statement and no other.
    mapping(bytes32 key => uint64) private _revokedAt;

    constructor(address admin, address sequencer) TransparencyLog(admin, sequencer) { }

    /// @inheritdoc IConsentRegistry
    function revoke(bytes32 core, bytes32 secret) external {
        _open(core, secret);
    }

    /// @inheritdoc IConsentRegistry
    function revokeMany(Opening[] calldata openings) external {
        for (uint256 i = 0; i < openings.length; ++i) {
            _open(openings[i].core, openings[i].secret);
        }
    }

    /// @inheritdoc IConsentRegistry
    function revokeBySignature(
        ConsentOutline calldata consent,
        bytes32 salt,
        bytes32 signatureHash,
        RevocationOutline calldata revocation,
        bytes calldata signer,
        bytes calldata signature
    ) external {
        // Check: the signer is the data subject of this consent, or the one who signed it for them.
        bytes32 who = keccak256(signer);
        if (who != consent.dataSubject && who != consent.signer) revert ConsentRegistry_SignerNotEntitled(signer);

        // Check: they signed the revocation of the entry that these parts make up.
        bytes32 digest = _hashTypedDataV4(StatementHash.hash(consent));
        bytes32 entry = Entry.entryOf(Entry.coreOf(salt, digest, signatureHash), consent.lock);
        bytes32 signed = _hashTypedDataV4(StatementHash.hash(revocation, consent.dataSubject, who, entry));
        if (!Signatures.isValid(signer, signed, signature)) revert ConsentRegistry_BadSignature(entry);

        // Effect and log. The lock stays shut: who signed this consent may have copied it from someone else's.
        _mark(entry);
        if (_mark(digest)) emit RevokedBySignature(entry, digest, consent.lock);
    }

    /// @inheritdoc IConsentRegistry
    function revokedAt(bytes32 entryOrDigest, bytes32 lock) external view returns (uint64) {
        uint64 opened = _revokedAt[lock];
        return opened == 0 ? _revokedAt[entryOrDigest] : opened;
    }

    /// @inheritdoc IConsentRegistry
    function verify(Consent calldata consent, Evidence calldata evidence, Question calldata question)
        external
        view
        returns (ConsentStatus, uint256)
    {
        // A consent that someone else signed needs its delegation: see verifyDelegated.
        ConsentOutline memory outline = StatementHash.outline(consent);
        if (outline.signer != outline.dataSubject) return (ConsentStatus.BadSignature, 0);
        return _verify(outline, consent, evidence, question);
    }

    /// @inheritdoc IConsentRegistry
    function verifyDelegated(
        Consent calldata consent,
        Evidence calldata evidence,
        Delegation calldata delegation,
        Evidence calldata delegationEvidence,
        Question calldata question
    ) external view returns (ConsentStatus, uint256) {
        if (!_entitles(delegation, consent)) return (ConsentStatus.BadSignature, 0);
        if (!Scope.anyCovers(delegation.categories, question.category)) return (ConsentStatus.NotCovered, 0);
        bytes32 digest = digestOfDelegation(delegation);
        ConsentStatus status = _standing(delegation.delegator, digest, delegation.lock, delegationEvidence);
        if (status != ConsentStatus.Valid) return (status, 0);
        return _verify(StatementHash.outline(consent), consent, evidence, question);
    }

    /// @inheritdoc IConsentRegistry
    function digestOfConsent(Consent calldata consent) public view returns (bytes32) {
        return _hashTypedDataV4(StatementHash.hash(StatementHash.outline(consent)));
    }

    /// @inheritdoc IConsentRegistry
    function digestOfRevocation(Revocation calldata revocation) external view returns (bytes32) {
        return _hashTypedDataV4(StatementHash.hash(revocation));
    }

    /// @inheritdoc IConsentRegistry
    function digestOfDelegation(Delegation calldata delegation) public view returns (bytes32) {
        return _hashTypedDataV4(StatementHash.hash(delegation));
    }

    function _verify(
        ConsentOutline memory outline,
        Consent calldata consent,
        Evidence calldata evidence,
        Question calldata question
    ) private view returns (ConsentStatus, uint256) {
        bool meant = outline.dataSubject == keccak256(question.dataSubject)
            && outline.grantee == keccak256(bytes(question.grantee));
        if (!meant) return (ConsentStatus.NotCovered, 0); // (1)
        bytes32 digest = _hashTypedDataV4(StatementHash.hash(outline));
        ConsentStatus status = _standing(consent.signer, digest, outline.lock, evidence);
        if (status != ConsentStatus.Valid) return (status, 0); // (2) to (4)
        return Scope.answer(consent.grants, question, block.timestamp); // (5)
    }

    /// @dev Whether a statement was signed by `signer`, is in the log, and still stands.
    function _standing(bytes calldata signer, bytes32 digest, bytes32 lock, Evidence calldata evidence)
        private
        view
        returns (ConsentStatus)
    {
        if (!Signatures.isValid(signer, digest, evidence.signature)) return ConsentStatus.BadSignature;
        if (!_isIncluded(digest, lock, evidence)) return ConsentStatus.NotIncluded;
        return _revokedAt[lock] | _revokedAt[digest] == 0 ? ConsentStatus.Valid : ConsentStatus.Revoked;
    }

    /// @dev Marks the lock that the secret opens. The core is for the event alone.
    function _open(bytes32 core, bytes32 secret) private {
        bytes32 lock = Entry.lockOf(secret);
        if (_mark(lock)) emit Revoked(Entry.entryOf(core, lock), lock);
    }

    /// @dev The first mark stands; whether this was it.
    function _mark(bytes32 key) private returns (bool) {
        if (_revokedAt[key] != 0) return false;
        _revokedAt[key] = uint64(block.timestamp);
        return true;
    }

    /// @dev Whether the data subject named the consent's signer, for the time at which it says it was signed.
    function _entitles(Delegation calldata delegation, Consent calldata consent) private pure returns (bool) {
        return _same(delegation.dataSubject, consent.dataSubject) && _same(delegation.delegator, consent.dataSubject)
            && _same(delegation.delegate, consent.signer) && delegation.notBefore <= consent.signedAt
            && consent.signedAt < delegation.expires;
    }

    function _same(bytes calldata a, bytes calldata b) private pure returns (bool) {
        return keccak256(a) == keccak256(b);
    }
}
