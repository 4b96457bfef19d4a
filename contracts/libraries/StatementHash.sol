// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ConsentOutline, IssueOutline, RevocationOutline } from "../types/Evidence.sol";
import { Consent, Delegation, Erasure, Grant, Issue, Revocation } from "../types/Statements.sol";

/// @title StatementHash
/// @notice EIP-712 hashStruct of statements about consents and records, and of their outlines.
library StatementHash {
    bytes private constant GRANT =
        "Grant(string effect,string[] categories,string[] purposes,string[] actions,uint64 notBefore,uint64 expires,uint64 dataFrom,uint64 dataUntil,bytes32[] records,string[] conditions)";
    bytes32 private constant GRANT_TYPE = keccak256(GRANT);
    bytes32 private constant CONSENT_TYPE = keccak256(
        bytes.concat(
            "Consent(bytes dataSubject,bytes signer,string grantee,string granteeName,uint64 version,bytes32 previous,Grant[] grants,bytes32 noticeHash,string noticeLanguage,uint64 signedAt,bytes32 lock)",
            GRANT
        )
    );
    bytes32 private constant REVOCATION_TYPE = keccak256(
        "Revocation(bytes dataSubject,bytes signer,string grantee,string granteeName,uint64 version,bytes32 consent,bytes32 secret,uint64 signedAt)"
    );
    bytes32 private constant DELEGATION_TYPE = keccak256(
        "Delegation(bytes dataSubject,bytes delegator,bytes delegate,string delegateName,string relation,string[] categories,uint64 notBefore,uint64 expires,bytes32 proof,uint64 signedAt,bytes32 lock)"
    );
    bytes32 private constant ISSUE_TYPE = keccak256(
        "Issue(bytes32 recordId,bytes dataSubject,address holder,string category,uint64 dataFrom,uint64 dataUntil,bytes32 commitment,string cid,bytes32 supersedes,uint64 issuedAt,bytes32 lock)"
    );
    bytes32 private constant ERASURE_TYPE =
        keccak256("Erasure(bytes32 recordId,bytes signer,string cid,bytes32 keyId,uint64 erasedAt)");

    /// @notice The outline of a consent: its readable members hashed.
    function outline(Consent calldata consent) internal pure returns (ConsentOutline memory) {
        return ConsentOutline({
            dataSubject: keccak256(consent.dataSubject),
            signer: keccak256(consent.signer),
            grantee: keccak256(bytes(consent.grantee)),
            granteeName: keccak256(bytes(consent.granteeName)),
            version: consent.version,
            previous: consent.previous,
            grants: _hash(consent.grants),
            noticeHash: consent.noticeHash,
            noticeLanguage: keccak256(bytes(consent.noticeLanguage)),
            signedAt: consent.signedAt,
            lock: consent.lock
        });
    }

    /// @notice The outline of an issue: its readable members hashed.
    function outline(Issue calldata issue) internal pure returns (IssueOutline memory) {
        return IssueOutline({
            recordId: issue.recordId,
            dataSubject: keccak256(issue.dataSubject),
            holder: issue.holder,
            category: keccak256(bytes(issue.category)),
            dataFrom: issue.dataFrom,
            dataUntil: issue.dataUntil,
            commitment: issue.commitment,
            cid: keccak256(bytes(issue.cid)),
            supersedes: issue.supersedes,
            issuedAt: issue.issuedAt,
            lock: issue.lock
        });
    }

    /// @notice hashStruct of the consent with this outline. A struct of single words encodes to exactly those words.
    function hash(ConsentOutline memory consent) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONSENT_TYPE, consent));
    }

    /// @notice hashStruct of the issue with this outline.
    function hash(IssueOutline memory issue) internal pure returns (bytes32) {
        return keccak256(abi.encode(ISSUE_TYPE, issue));
    }

    /// @notice hashStruct of the revocation with this outline, by `signer`, of `entry`, about the person of the
    /// member hash `dataSubject`.
    function hash(RevocationOutline calldata revocation, bytes32 dataSubject, bytes32 signer, bytes32 entry)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                REVOCATION_TYPE,
                dataSubject,
                signer,
                revocation.grantee,
                revocation.granteeName,
                revocation.version,
                entry,
                revocation.secret,
                revocation.signedAt
            )
        );
    }

    /// @notice hashStruct of a revocation.
    function hash(Revocation calldata revocation) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                REVOCATION_TYPE,
                keccak256(revocation.dataSubject),
                keccak256(revocation.signer),
                keccak256(bytes(revocation.grantee)),
                keccak256(bytes(revocation.granteeName)),
                revocation.version,
                revocation.consent,
                revocation.secret,
                revocation.signedAt
            )
        );
    }

    /// @notice hashStruct of a delegation.
    function hash(Delegation calldata delegation) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                DELEGATION_TYPE,
                keccak256(delegation.dataSubject),
                keccak256(delegation.delegator),
                keccak256(delegation.delegate),
                keccak256(bytes(delegation.delegateName)),
                keccak256(bytes(delegation.relation)),
                _hash(delegation.categories),
                delegation.notBefore,
                delegation.expires,
                delegation.proof,
                delegation.signedAt,
                delegation.lock
            )
        );
    }

    /// @notice hashStruct of an erasure.
    function hash(Erasure calldata erasure) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ERASURE_TYPE,
                erasure.recordId,
                keccak256(erasure.signer),
                keccak256(bytes(erasure.cid)),
                erasure.keyId,
                erasure.erasedAt
            )
        );
    }

    function _hash(Grant calldata grant) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                GRANT_TYPE,
                keccak256(bytes(grant.effect)),
                _hash(grant.categories),
                _hash(grant.purposes),
                _hash(grant.actions),
                grant.notBefore,
                grant.expires,
                grant.dataFrom,
                grant.dataUntil,
                keccak256(abi.encodePacked(grant.records)),
                _hash(grant.conditions)
            )
        );
    }

    function _hash(Grant[] calldata grants) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](grants.length);
        for (uint256 i = 0; i < grants.length; ++i) {
            hashes[i] = _hash(grants[i]);
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _hash(string[] calldata texts) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](texts.length);
        for (uint256 i = 0; i < texts.length; ++i) {
            hashes[i] = keccak256(bytes(texts[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
