// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IConsentRegistry } from "../interfaces/IConsentRegistry.sol";
import { ConsentStatus, Evidence } from "../types/Evidence.sol";
import { Consent, Delegation } from "../types/Statements.sol";
import { Revoking } from "./Revoking.sol";

/// @notice Attacks on revocation: a statement put in twice, a secret seen on its way, a lock or mark copied.
contract ConsentRegistryTwinsTest is Revoking {
    uint256 private constant MALLORY_KEY = 0x3A110;

    /// @dev The other form in which wallets end a signature: 0 or 1 for 27 or 28.
    function otherForm(bytes memory signature) internal pure returns (bytes memory other) {
        other = bytes.concat(signature);
        other[64] = bytes1(uint8(signature[64]) - 27);
    }

    /// @dev One consent, three times in the log: as it is, under another salt, and with its signature in the other form.
    function threeTimes(Consent memory consent) internal returns (Evidence[3] memory given) {
        bytes32 digest = registry.digestOfConsent(consent);
        bytes memory signature = sign(SUBJECT_KEY, digest);
        given[0] = anchor(digest, consent.lock, signature);
        given[1] = anchor(digest, consent.lock, signature, keccak256("another salt"));
        given[2] = anchor(digest, consent.lock, otherForm(signature));
        expectEach(consent, given, ConsentStatus.Valid);
    }

    function expectEach(Consent memory consent, Evidence[3] memory given, ConsentStatus wanted) internal view {
        for (uint256 i = 0; i < 3; ++i) {
            (ConsentStatus status,) = registry.verify(consent, given[i], question());
            expect(status, wanted);
        }
    }

    function entryOf(Consent memory consent, Evidence memory given) internal view returns (bytes32) {
        return entryOf(given.salt, registry.digestOfConsent(consent), given.signature, consent.lock);
    }

    function mallorys(bytes32 lock) internal pure returns (Consent memory consent) {
        consent = consentOf(permit());
        (consent.dataSubject, consent.signer, consent.lock) = (signer(MALLORY_KEY), signer(MALLORY_KEY), lock);
    }

    function revokeMallorys(Consent memory consent) internal {
        bytes memory made = sign(MALLORY_KEY, registry.digestOfConsent(consent));
        bytes32 entry = entryOf(registry.digestOfConsent(consent), made, consent.lock);
        bySignature(consent, SALT, made, MALLORY_KEY, MALLORY_KEY, entry);
        require(registry.revokedAt(entry, 0) == NOW, "Mallory's own was not marked");
    }

    // put in twice

    function test_twins_EndWithTheSecret() external {
        Consent memory consent = consentOf(permit());
        Evidence[3] memory given = threeTimes(consent);
        registry.revoke(coreOf(registry.digestOfConsent(consent), given[0].signature), SECRET);
        expectEach(consent, given, ConsentStatus.Revoked);
        for (uint256 i = 0; i < 3; ++i) {
            require(registry.revokedAt(entryOf(consent, given[i]), consent.lock) == NOW, "a twin is valid");
        }
    }

    function test_twins_EndWithTheSignature() external {
        Consent memory consent = consentOf(permit());
        Evidence[3] memory given = threeTimes(consent);
        // The event names the digest: whoever follows the log ends each twin, whatever entry the signature named.
        bytes32 digest = registry.digestOfConsent(consent);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IConsentRegistry.RevokedBySignature(entryOf(consent, given[0]), digest, consent.lock);
        bySignature(consent, SUBJECT_KEY, SUBJECT_KEY, entryOf(consent, given[0]));
        expectEach(consent, given, ConsentStatus.Revoked);
        require(registry.revokedAt(registry.digestOfConsent(consent), consent.lock) == NOW, "a twin is valid");
    }

    function test_twins_EndWithTheSignatureGivenNoLock() external {
        Consent memory consent = consentOf(permit());
        consent.lock = 0;
        Evidence[3] memory given = threeTimes(consent);
        bySignature(consent, SUBJECT_KEY, SUBJECT_KEY, entryOf(consent, given[0]));
        expectEach(consent, given, ConsentStatus.Revoked);
    }

    function test_twins_EachCanBeNamed() external {
        Consent memory consent = consentOf(permit());
        Evidence[3] memory given = threeTimes(consent);
        bySignature(consent, SUBJECT_KEY, SUBJECT_KEY, entryOf(consent, given[0]));
        require(registry.revokedAt(entryOf(consent, given[2]), consent.lock) == 0, "by the entry the twin is unknown");
        vm.warp(NOW + 5);
        bySignature(consent, SALT, given[2].signature, SUBJECT_KEY, SUBJECT_KEY, entryOf(consent, given[2]));
        require(registry.revokedAt(entryOf(consent, given[2]), consent.lock) == NOW + 5, "not marked");
        require(registry.revokedAt(registry.digestOfConsent(consent), 0) == NOW, "the digest was marked again");
    }

    function test_twins_OfADelegationEndToo() external {
        Delegation memory given = delegation();
        bytes32 digest = registry.digestOfDelegation(given);
        bytes memory signature = sign(SUBJECT_KEY, digest);
        Evidence memory twin = anchor(digest, given.lock, otherForm(signature), keccak256("another salt"));
        Consent memory consent = consentOf(permit());
        consent.signer = signer(DELEGATE_KEY);
        Evidence memory evidence = anchor(consent, sign(DELEGATE_KEY, registry.digestOfConsent(consent)));
        (ConsentStatus status,) = registry.verifyDelegated(consent, evidence, given, twin, question());
        expect(status, ConsentStatus.Valid);
        registry.revoke(coreOf(digest, signature), keccak256("delegation secret"));
        (status,) = registry.verifyDelegated(consent, evidence, given, twin, question());
        expect(status, ConsentStatus.Revoked);
    }

    // a secret seen on its way

    function test_frontRunning_WithAnotherCoreEndsTheConsentAllTheSame() external {
        Consent memory consent = consentOf(permit());
        Evidence[3] memory given = threeTimes(consent);
        bytes32 core = keccak256("a core of Mallory's");
        vm.expectEmit(true, true, true, true, address(registry));
        emit IConsentRegistry.Revoked(sha256(bytes.concat(core, consent.lock)), consent.lock);
        vm.prank(vm.addr(MALLORY_KEY));
        registry.revoke(core, SECRET);
        registry.revoke(coreOf(registry.digestOfConsent(consent), given[0].signature), SECRET);
        expectEach(consent, given, ConsentStatus.Revoked);
    }

    // a lock or a mark copied

    function test_copied_ALockDoesNotEndAnothersConsent() external {
        Consent memory consent = consentOf(permit());
        Evidence[3] memory given = threeTimes(consent);
        revokeMallorys(mallorys(consent.lock));
        expectEach(consent, given, ConsentStatus.Valid);
        require(registry.revokedAt(entryOf(consent, given[0]), consent.lock) == 0, "Mallory ended Ann's consent");
    }

    function test_copied_AnEntryOrADigestAsLockDoesNotEndAnothersConsent() external {
        Consent memory consent = consentOf(permit());
        Evidence[3] memory given = threeTimes(consent);
        revokeMallorys(mallorys(entryOf(consent, given[0])));
        revokeMallorys(mallorys(registry.digestOfConsent(consent)));
        registry.revoke(entryOf(consent, given[0]), registry.digestOfConsent(consent));
        registry.revoke(registry.digestOfConsent(consent), consent.lock);
        expectEach(consent, given, ConsentStatus.Valid);
        require(registry.revokedAt(entryOf(consent, given[0]), consent.lock) == 0, "Mallory ended Ann's consent");
    }

    function test_copied_AMarkEndsWhoCopiedIt() external {
        Consent memory consent = consentOf(permit());
        Evidence[3] memory given = threeTimes(consent);
        bySignature(consent, SUBJECT_KEY, SUBJECT_KEY, entryOf(consent, given[0]));
        Consent memory copy = mallorys(entryOf(consent, given[0]));
        bytes32 digest = registry.digestOfConsent(copy);
        require(registry.revokedAt(digest, copy.lock) == NOW, "only the copy's signer chose this");
    }
}
