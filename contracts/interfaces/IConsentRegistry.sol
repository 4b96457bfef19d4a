// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    ConsentOutline,
    ConsentStatus,
    Evidence,
    Opening,
    Question,
    RevocationOutline
} from "../types/Evidence.sol";
import { Consent, Delegation, Revocation } from "../types/Statements.sol";
import { IAppendableLog } from "./IAppendableLog.sol";

/// @title IConsentRegistry
/// @notice The log of consents, revocations and delegations, and the marks of what was revoked. Another contract can
/// check a consent here in one call. A statement that is in the log twice, under another salt or with its signature in
/// another form, ends as a whole: marks are by lock and by digest, which these do not change.
interface IConsentRegistry is IAppendableLog {
    /// @notice A secret was revealed: every statement with this lock ended.
    /// @dev Do not rely on the entry: who sees the secret on its way may reveal it first, with another core.
    event Revoked(bytes32 indexed entry, bytes32 indexed lock);

    /// @notice A signature ended the statement of this digest: the entry that it names, and every other entry of the same
    /// digest. The lock is the statement's own; other statements of that lock stay.
    event RevokedBySignature(bytes32 indexed entry, bytes32 indexed digest, bytes32 lock);

    /// @notice The signer is neither the data subject of the consent nor the one who signed it.
    error ConsentRegistry_SignerNotEntitled(bytes signer);

    /// @notice The signature is not the signer's over this revocation of this entry.
    error ConsentRegistry_BadSignature(bytes32 entry);

    /// @notice Ends every statement of one lock, by revealing its secret.
    /// @dev Anyone may relay it and no address of the data subject appears. The first mark stands: again does nothing.
    /// Works before the statements are in the log, and while writes are paused.
    /// @param core With the lock it makes up the entry that the event names; it has no other effect.
    function revoke(bytes32 core, bytes32 secret) external;

    /// @notice Ends many statements by their secrets.
    function revokeMany(Opening[] calldata openings) external;

    /// @notice Ends a consent whose secret is lost, by a signature of the data subject or of the delegate who signed it.
    /// @dev Marks the entry, and the digest for all entries of this consent. Other statements of its lock stay: anyone may
    /// sign a consent of their own with a lock that they saw in another's.
    /// PRIVACY: this call shows for ever, in its calldata, who signed (the signer's address or key), beside the
    /// entry and unblinded hashes of the consent's members. Whoever can guess the members, such as the grantee from the
    /// list of parties, can confirm the guess. Use {revoke} whenever the secret is at hand.
    /// Anyone may relay it. Works while writes are paused.
    /// @param consent The consent that ends, readable members hashed.
    /// @param salt The salt of its entry.
    /// @param signatureHash SHA-256 of its signature.
    /// @param revocation The revocation, members that follow from the consent left out.
    /// @param signer ERC-7913 bytes of who signed the revocation.
    /// @param signature Over the EIP-712 digest of the Revocation.
    function revokeBySignature(
        ConsentOutline calldata consent,
        bytes32 salt,
        bytes32 signatureHash,
        RevocationOutline calldata revocation,
        bytes calldata signer,
        bytes calldata signature
    ) external;

    /// @notice Block time in UTC seconds at which a statement ended; 0 if it did not.
    /// @param entryOrDigest Its EIP-712 digest, or where that is not known its entry. By the entry, an end by signature is
    /// seen only if the signature named that same entry.
    /// @param lock Its lock. Zero, also where the statement has one, asks only for an end by signature.
    function revokedAt(bytes32 entryOrDigest, bytes32 lock) external view returns (uint64);

    /// @notice What a consent signed by the data subject says to a question, as of this block.
    /// @dev In order: (1) the consent is about the data subject and grantee asked, else NotCovered; (2) the data subject
    /// signed it, else BadSignature; (3) its leaf is in this log, else NotIncluded; (4) it was not revoked, else
    /// Revoked; (5) its grants answer. Only Valid is a yes without conditions.
    ///
    /// The caller MUST know that it is the grantee it asks for, and that the consent is the newest one: a later version
    /// ends an earlier one on chain only by its revocation mark.
    /// @return status What the consent says.
    /// @return grant Index of the grant that determined it; 0 if none did.
    function verify(Consent calldata consent, Evidence calldata evidence, Question calldata question)
        external
        view
        returns (ConsentStatus status, uint256 grant);

    /// @notice As {verify}, for a consent that a delegate signed.
    /// @dev Beside the steps of {verify}: the delegation is about the same data subject, by whom it was signed itself,
    /// names the signer, was open when the consent says it was signed, covers the category asked, is in this log, and
    /// was not revoked.
    function verifyDelegated(
        Consent calldata consent,
        Evidence calldata evidence,
        Delegation calldata delegation,
        Evidence calldata delegationEvidence,
        Question calldata question
    ) external view returns (ConsentStatus status, uint256 grant);

    /// @notice EIP-712 digest of a consent in this registry's domain: what a wallet signs.
    function digestOfConsent(Consent calldata consent) external view returns (bytes32);

    /// @notice EIP-712 digest of a revocation.
    function digestOfRevocation(Revocation calldata revocation) external view returns (bytes32);

    /// @notice EIP-712 digest of a delegation.
    function digestOfDelegation(Delegation calldata delegation) external view returns (bytes32);
}
