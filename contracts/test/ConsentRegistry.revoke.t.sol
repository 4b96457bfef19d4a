// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IConsentRegistry } from "../interfaces/IConsentRegistry.sol";
import { ConsentOutline, Opening, RevocationOutline } from "../types/Evidence.sol";
import { Consent, Revocation } from "../types/Statements.sol";
import { Revoking } from "./Revoking.sol";

contract ConsentRegistryRevokeTest is Revoking {
    // by secret

    function test_revoke_MarksTheLock() external {
        (bytes32 core, bytes32 entry,) = signed(consentOf(permit()));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IConsentRegistry.Revoked(entry, lockOf(SECRET));
        vm.prank(STRANGER);
        registry.revoke(core, SECRET);
        require(registry.revokedAt(entry, lockOf(SECRET)) == NOW, "not marked");
        require(registry.revokedAt(entry, 0) == 0, "the entry was marked too");
    }

    function test_revoke_TheFirstMarkStands() external {
        (bytes32 core, bytes32 entry,) = signed(consentOf(permit()));
        registry.revoke(core, SECRET);
        vm.warp(NOW + 5);
        registry.revoke(core, SECRET);
        require(registry.revokedAt(entry, lockOf(SECRET)) == NOW, "marked again");
    }

    function test_revoke_GivenPausedAndNotInTheLog() external {
        (bytes32 core, bytes32 entry,) = signed(consentOf(permit()));
        registry.pause();
        registry.revoke(core, SECRET);
        require(registry.revokedAt(entry, lockOf(SECRET)) == NOW, "a pause stopped a revocation");
    }

    function test_revoke_WhenTheSecretIsAnother() external {
        (bytes32 core, bytes32 entry,) = signed(consentOf(permit()));
        registry.revoke(core, keccak256("guess"));
        require(registry.revokedAt(entry, lockOf(SECRET)) == 0, "opened by a guess");
    }

    function test_revoke_Many() external {
        Opening[] memory openings = new Opening[](3);
        (openings[0], openings[1]) = (Opening(0, keccak256("a")), Opening(0, keccak256("b")));
        openings[2] = Opening(keccak256("another core"), keccak256("a"));
        registry.revokeMany(openings);
        (bytes32 a, bytes32 b) = (lockOf(keccak256("a")), lockOf(keccak256("b")));
        require(registry.revokedAt(0, a) == NOW && registry.revokedAt(0, b) == NOW, "not marked");
    }

    // by signature

    function test_revokeBySignature_ByTheDataSubject() external {
        Consent memory consent = consentOf(permit());
        (, bytes32 entry,) = signed(consent);
        bytes32 digest = registry.digestOfConsent(consent);
        registry.pause();
        vm.expectEmit(true, true, true, true, address(registry));
        emit IConsentRegistry.RevokedBySignature(entry, digest, consent.lock);
        bySignature(consent, SUBJECT_KEY, SUBJECT_KEY, entry);
        require(registry.revokedAt(entry, consent.lock) == NOW, "not marked");
        require(registry.revokedAt(registry.digestOfConsent(consent), 0) == NOW, "the digest was not marked");
    }

    function test_revokeBySignature_TheFirstMarkStands() external {
        Consent memory consent = consentOf(permit());
        (, bytes32 entry,) = signed(consent);
        bySignature(consent, SUBJECT_KEY, SUBJECT_KEY, entry);
        vm.warp(NOW + 5);
        bySignature(consent, SUBJECT_KEY, SUBJECT_KEY, entry);
        require(registry.revokedAt(entry, consent.lock) == NOW, "marked again");
        require(registry.revokedAt(registry.digestOfConsent(consent), 0) == NOW, "the digest was marked again");
    }

    function test_revokeBySignature_ByTheDelegateWhoSigned() external {
        Consent memory consent = consentOf(permit());
        consent.signer = signer(DELEGATE_KEY);
        (, bytes32 entry,) = signed(consent);
        bySignature(consent, DELEGATE_KEY, DELEGATE_KEY, entry);
        require(registry.revokedAt(entry, consent.lock) == NOW, "not marked");
    }

    function test_revokeBySignature_RevertWhen_AStrangerSigned() external {
        Consent memory consent = consentOf(permit());
        (, bytes32 entry, bytes memory made) = signed(consent);
        Revocation memory given = revocation(consent, entry, signer(STRANGER_KEY));
        bytes memory signature = sign(STRANGER_KEY, registry.digestOfRevocation(given));
        (bytes memory who, bytes32 madeHash) = (signer(STRANGER_KEY), sha256(made));
        vm.expectRevert(abi.encodeWithSelector(IConsentRegistry.ConsentRegistry_SignerNotEntitled.selector, who));
        registry.revokeBySignature(outline(consent), SALT, madeHash, outline(given), who, signature);
    }

    function test_revokeBySignature_RevertWhen_TheSignatureIsAStrangers() external {
        Consent memory consent = consentOf(permit());
        (, bytes32 entry, bytes memory made) = signed(consent);
        Revocation memory given = revocation(consent, entry, signer(SUBJECT_KEY));
        bytes memory signature = sign(STRANGER_KEY, registry.digestOfRevocation(given));
        (bytes memory who, bytes32 madeHash) = (signer(SUBJECT_KEY), sha256(made));
        vm.expectRevert(abi.encodeWithSelector(IConsentRegistry.ConsentRegistry_BadSignature.selector, entry));
        registry.revokeBySignature(outline(consent), SALT, madeHash, outline(given), who, signature);
    }

    function test_revokeBySignature_RevertWhen_AnotherEntryWasMeant() external {
        Consent memory consent = consentOf(permit());
        (, bytes32 entry, bytes memory made) = signed(consent);
        Revocation memory given = revocation(consent, keccak256("another"), signer(SUBJECT_KEY));
        bytes memory signature = sign(SUBJECT_KEY, registry.digestOfRevocation(given));
        (bytes memory who, bytes32 madeHash) = (signer(SUBJECT_KEY), sha256(made));
        vm.expectRevert(abi.encodeWithSelector(IConsentRegistry.ConsentRegistry_BadSignature.selector, entry));
        registry.revokeBySignature(outline(consent), SALT, madeHash, outline(given), who, signature);
    }

    function test_revokeBySignature_WhenThePartsAreAltered() external {
        Consent memory consent = consentOf(permit());
        (, bytes32 entry, bytes memory made) = signed(consent);
        ConsentOutline memory about = outline(consent);
        // A stranger who knows every part puts itself in the data subject's place: that is another entry.
        about.dataSubject = keccak256(signer(STRANGER_KEY));
        Consent memory forged = consentOf(permit());
        forged.dataSubject = signer(STRANGER_KEY);
        bytes32 other = entryOf(registry.digestOfConsent(forged), made, forged.lock);
        Revocation memory given = revocation(forged, other, signer(STRANGER_KEY));
        bytes memory signature = sign(STRANGER_KEY, registry.digestOfRevocation(given));
        registry.revokeBySignature(about, SALT, sha256(made), outline(given), signer(STRANGER_KEY), signature);
        require(registry.revokedAt(entry, consent.lock) == 0 && registry.revokedAt(other, 0) == NOW, "a stranger ended it");
    }
}
