// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAccessControl } from "@openzeppelin/contracts/access/IAccessControl.sol";

import { ConsentRegistry } from "../ConsentRegistry.sol";
import { ConsentStatus, Evidence, Inclusion, Question } from "../types/Evidence.sol";
import { Consent, Delegation, Grant } from "../types/Statements.sol";
import { ReferenceTree } from "./ReferenceTree.sol";
import { Deploy, Vm } from "./Vm.sol";

/// @notice People, keys, a registry, and consents that verify unless a test spoils them.
abstract contract Base {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    uint256 internal constant SUBJECT_KEY = 0xA11CE;
    uint256 internal constant DELEGATE_KEY = 0xDE1E6A7E;
    uint256 internal constant STRANGER_KEY = 0x57A6E2;
    uint64 internal constant NOW = 1_700_000_000;
    bytes32 internal constant SALT = keccak256("salt");
    bytes32 internal constant SECRET = keccak256("secret");
    string internal constant GRANTEE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    address internal constant STRANGER = address(0x57A6E2);

    ConsentRegistry internal registry;
    bytes32[] private _leaves;

    function setUp() public virtual {
        vm.warp(NOW);
        registry = ConsentRegistry(Deploy.make("ConsentRegistry", abi.encode(address(this), address(this))));
    }

    function lockOf(bytes32 secret) internal pure returns (bytes32) {
        return sha256(bytes.concat(secret));
    }

    function signer(uint256 key) internal pure returns (bytes memory) {
        return abi.encodePacked(vm.addr(key));
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function one(string memory text) internal pure returns (string[] memory list) {
        list = new string[](1);
        list[0] = text;
    }

    function coreOf(bytes32 salt, bytes32 digest, bytes memory signature) internal pure returns (bytes32) {
        return sha256(bytes.concat(salt, digest, sha256(signature)));
    }

    function coreOf(bytes32 digest, bytes memory signature) internal pure returns (bytes32) {
        return coreOf(SALT, digest, signature);
    }

    function entryOf(bytes32 salt, bytes32 digest, bytes memory signature, bytes32 lock)
        internal
        pure
        returns (bytes32)
    {
        return sha256(bytes.concat(coreOf(salt, digest, signature), lock));
    }

    function entryOf(bytes32 digest, bytes memory signature, bytes32 lock) internal pure returns (bytes32) {
        return entryOf(SALT, digest, signature, lock);
    }

    function permit() internal pure returns (Grant memory) {
        return Grant({
            effect: "permit",
            categories: one("health.lab"),
            purposes: one("hl7:CLINTRCH"),
            actions: one("view"),
            notBefore: NOW - 10,
            expires: NOW + 10,
            dataFrom: 0,
            dataUntil: 0,
            records: new bytes32[](0),
            conditions: new string[](0)
        });
    }

    function consentOf(Grant memory grant) internal pure returns (Consent memory) {
        Grant[] memory grants = new Grant[](1);
        grants[0] = grant;
        return consentOf(grants);
    }

    function consentOf(Grant[] memory grants) internal pure returns (Consent memory) {
        return Consent({
            dataSubject: signer(SUBJECT_KEY),
            signer: signer(SUBJECT_KEY),
            grantee: GRANTEE,
            granteeName: "Seoul Lung Trial",
            version: 1,
            previous: 0,
            grants: grants,
            noticeHash: keccak256("notice"),
            noticeLanguage: "ko",
            signedAt: NOW - 20,
            lock: lockOf(SECRET)
        });
    }

    function question() internal pure returns (Question memory) {
        return Question({
            dataSubject: signer(SUBJECT_KEY),
            grantee: GRANTEE,
            category: "health.lab",
            purposes: one("hl7:CLINTRCH"),
            action: "view",
            recordId: 0,
            dataFrom: 0,
            dataUntil: 0
        });
    }

    function delegation() internal pure returns (Delegation memory) {
        return Delegation({
            dataSubject: signer(SUBJECT_KEY),
            delegator: signer(SUBJECT_KEY),
            delegate: signer(DELEGATE_KEY),
            delegateName: "Daughter",
            relation: "child",
            categories: one("health"),
            notBefore: NOW - 100,
            expires: NOW,
            proof: 0,
            signedAt: NOW - 100,
            lock: lockOf(keccak256("delegation secret"))
        });
    }

    /// @dev Appends the leaf of a statement behind a neighbour, and returns what proves it.
    function anchor(bytes32 digest, bytes32 lock, bytes memory signature) internal returns (Evidence memory) {
        return anchor(digest, lock, signature, SALT);
    }

    function anchor(bytes32 digest, bytes32 lock, bytes memory signature, bytes32 salt)
        internal
        returns (Evidence memory)
    {
        if (_leaves.length == 0) _append(keccak256("neighbour"));
        _append(sha256(bytes.concat(hex"00", entryOf(salt, digest, signature, lock))));
        (uint64 size, bytes32 root) = registry.head();
        bytes32[] memory path = ReferenceTree.path(_leaves, size - 1, 0, size);
        return Evidence({ signature: signature, salt: salt, inclusion: Inclusion(size - 1, size, root, path) });
    }

    function _append(bytes32 leaf) private {
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = leaf;
        registry.append(leaves, ReferenceTree.peaks(_leaves, _leaves.length));
        _leaves.push(leaf);
    }

    function anchor(Consent memory consent, bytes memory signature) internal returns (Evidence memory) {
        return anchor(registry.digestOfConsent(consent), consent.lock, signature);
    }

    function anchorSigned(Consent memory consent) internal returns (Evidence memory) {
        return anchor(consent, sign(SUBJECT_KEY, registry.digestOfConsent(consent)));
    }

    function ask(Grant memory grant, Question memory asked) internal returns (ConsentStatus status) {
        (status,) = askAll(consentOf(grant), asked);
    }

    function askAll(Consent memory consent, Question memory asked) internal returns (ConsentStatus, uint256) {
        return registry.verify(consent, anchorSigned(consent), asked);
    }

    function expect(ConsentStatus got, ConsentStatus wanted) internal pure {
        require(got == wanted, string.concat("status ", _digit(uint8(got)), ", not ", _digit(uint8(wanted))));
    }

    function unauthorized(address account, bytes32 role) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, account, role);
    }

    function _digit(uint8 value) private pure returns (string memory) {
        return string(abi.encodePacked(bytes1(48 + value)));
    }
}
