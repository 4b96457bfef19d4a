// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// Everything a party may sign, as EIP-712 structs. Member names and order are part of what is signed and never change;
// `ledger/typed_data/types.py` says the same in Python, and tests/contracts/test_typed_data_agrees.py compares the two.
//
// A signer is ERC-7913 bytes: a 20-byte address, or a verifier's address followed by a key. Times are UTC seconds.

/// @notice One line of a consent: what it permits or forbids, to do with which data, for what, and when.
/// @param effect "permit" or "forbid"; forbid outranks permit.
/// @param categories Dotted paths; "health" covers "health.lab", "*" covers all.
/// @param purposes Codes with their namespace, such as "hl7:CLINTRCH"; "*" covers all.
/// @param actions view, copy, transfer, compute, contact, publish or link.
/// @param notBefore First second of the window.
/// @param expires First second after the window.
/// @param dataFrom First second of the data meant; 0 is open.
/// @param dataUntil First second after the data meant; 0 is open.
/// @param records Record ids meant; empty means any.
/// @param conditions Terms such as "once", "max-uses:3", "aggregate-only:5" or "pseudonymise".
struct Grant {
    string effect;
    string[] categories;
    string[] purposes;
    string[] actions;
    uint64 notBefore;
    uint64 expires;
    uint64 dataFrom;
    uint64 dataUntil;
    bytes32[] records;
    string[] conditions;
}

/// @notice All that a data subject says to one grantee; the next version replaces it whole.
/// @param grantee An EIP-55 address, or "role:" and an accredited role.
/// @param previous Entry of the version replaced; zero for the first.
/// @param lock SHA-256 of the secret that ends this consent; zero if none does.
struct Consent {
    bytes dataSubject;
    bytes signer;
    string grantee;
    string granteeName;
    uint64 version;
    bytes32 previous;
    Grant[] grants;
    bytes32 noticeHash;
    string noticeLanguage;
    uint64 signedAt;
    bytes32 lock;
}

/// @notice Ends a consent.
/// @param consent Entry of the consent that ends.
/// @param secret Opens that consent's lock; zero when lost.
struct Revocation {
    bytes dataSubject;
    bytes signer;
    string grantee;
    string granteeName;
    uint64 version;
    bytes32 consent;
    bytes32 secret;
    uint64 signedAt;
}

/// @notice Says who may sign for a data subject, for which categories, and until when.
/// @param proof Digest of the document that shows it, such as a court's order; zero if none.
struct Delegation {
    bytes dataSubject;
    bytes delegator;
    bytes delegate;
    string delegateName;
    string relation;
    string[] categories;
    uint64 notBefore;
    uint64 expires;
    bytes32 proof;
    uint64 signedAt;
    bytes32 lock;
}

/// @notice A data holder's statement that a record is theirs and whole.
/// @param commitment Salted digest of the content.
/// @param cid Where the sealed payload lies on IPFS.
/// @param supersedes Record id that this one corrects; zero if none.
struct Issue {
    bytes32 recordId;
    bytes dataSubject;
    address holder;
    string category;
    uint64 dataFrom;
    uint64 dataUntil;
    bytes32 commitment;
    string cid;
    bytes32 supersedes;
    uint64 issuedAt;
    bytes32 lock;
}

/// @notice Says that a record's key was destroyed.
struct Erasure {
    bytes32 recordId;
    bytes signer;
    string cid;
    bytes32 keyId;
    uint64 erasedAt;
}

/// @notice One answered access request, yes or no, and what the answer rests on.
/// @param consents Entries of the consents considered.
/// @param consentsSize Size of the consents log that was known; `recordsSize` likewise of the records log.
/// @param block Number of the newest block that was known.
struct AccessReceipt {
    bytes32 requestId;
    address requester;
    bytes dataSubject;
    bytes32 recordId;
    string category;
    string purpose;
    string action;
    bytes32 justification;
    bool permitted;
    string reason;
    bytes32[] consents;
    uint64 consentsSize;
    uint64 recordsSize;
    uint64 block;
    uint64 decidedAt;
}

/// @notice A responder's statement that breaks glass: who, why, and for how long.
struct Incident {
    address responder;
    bytes dataSubject;
    string incidentNumber;
    string reason;
    uint64 notBefore;
    uint64 expires;
}

/// @notice A responder's extension of their own incident to all health data, with a reason and a time box of its own.
/// @param incident Entry of the incident.
struct IncidentExtension {
    address responder;
    bytes dataSubject;
    bytes32 incident;
    string reason;
    uint64 notBefore;
    uint64 until;
}

/// @notice A reader's word that they opened what a receipt released: it countersigns the gateway's.
/// @param receipt Entry of the access receipt.
struct Acknowledgement {
    address reader;
    bytes32 recordId;
    bytes32 receipt;
    uint64 openedAt;
}
