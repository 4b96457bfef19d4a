// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Where a leaf lies in a log.
/// @param index Position of the leaf, from 0.
/// @param size Size of the log at the checkpoint.
/// @param root Root of the log at the checkpoint.
/// @param proof RFC 9162 inclusion proof, from the leaf upwards.
struct Inclusion {
    uint64 index;
    uint64 size;
    bytes32 root;
    bytes32[] proof;
}

/// @notice What turns a statement into a leaf, and the leaf's place.
/// @param signature The bytes that the signer's wallet returned.
/// @param salt 32 random bytes that blind the entry.
struct Evidence {
    bytes signature;
    bytes32 salt;
    Inclusion inclusion;
}

/// @notice What opens a hash lock: entry = SHA-256(core || SHA-256(secret)).
struct Opening {
    bytes32 core;
    bytes32 secret;
}

/// @notice What a contract asks of a consent.
/// @param dataSubject Whose data; must be the consent's.
/// @param grantee Who would use it; must be the consent's, letter for letter.
/// @param category A dotted path, such as "health.lab".
/// @param purposes The purpose asked for and all purposes above it; a grant that names any of them covers it.
/// @param action One of the actions a grant may name.
/// @param recordId The record asked for; zero if none in particular.
/// @param dataFrom First second of the data asked for; 0 with `dataUntil` 0 is unknown.
/// @param dataUntil First second after the data asked for.
struct Question {
    bytes dataSubject;
    string grantee;
    string category;
    string[] purposes;
    string action;
    bytes32 recordId;
    uint64 dataFrom;
    uint64 dataUntil;
}

/// @notice What a consent says to a question. Only `Valid` is a yes.
/// @custom:member Conditional A permit covers the question, on conditions that the caller must read and keep.
enum ConsentStatus {
    NotCovered,
    Valid,
    Conditional,
    NotYet,
    Expired,
    Revoked,
    Forbidden,
    BadSignature,
    NotIncluded
}

/// @notice What the records log says of a record. Only `Valid` is a yes.
enum RecordStatus {
    NotIncluded,
    Valid,
    Withdrawn,
    BadSignature
}

/// @notice A Consent with every readable member replaced by its EIP-712 member hash.
/// @dev What `revokeBySignature` must see of a consent, and no more.
struct ConsentOutline {
    bytes32 dataSubject;
    bytes32 signer;
    bytes32 grantee;
    bytes32 granteeName;
    uint64 version;
    bytes32 previous;
    bytes32 grants;
    bytes32 noticeHash;
    bytes32 noticeLanguage;
    uint64 signedAt;
    bytes32 lock;
}

/// @notice The members of a Revocation that do not follow from the consent it ends, hashed where readable.
struct RevocationOutline {
    bytes32 grantee;
    bytes32 granteeName;
    uint64 version;
    bytes32 secret;
    uint64 signedAt;
}

/// @notice An Issue with every readable member replaced by its EIP-712 member hash.
struct IssueOutline {
    bytes32 recordId;
    bytes32 dataSubject;
    address holder;
    bytes32 category;
    uint64 dataFrom;
    uint64 dataUntil;
    bytes32 commitment;
    bytes32 cid;
    bytes32 supersedes;
    uint64 issuedAt;
    bytes32 lock;
}
