// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IConsentRegistry } from "../interfaces/IConsentRegistry.sol";
import { ConsentOutline, Opening, RevocationOutline } from "../types/Evidence.sol";
import { Consent, Revocation } from "../types/Statements.sol";
import { Base } from "./Base.sol";

contract ConsentRegistryRevokeTest is Base {
    /// @dev Core and entry of a consent that the data subject signed, and that consent's signature.
    function signed(Consent memory consent) internal view returns (bytes32 core, bytes32 entry, bytes memory signature) {
        bytes32 digest = registry.digestOfConsent(consent);
        signature = sign(SUBJECT_KEY, digest);
        core = coreOf(digest, signature);
        entry = entryOf(digest, signature, consent.lock);
    }

    function grantsHash(Consent memory consent) internal pure returns (bytes32) {
        bytes32 grantType = keccak256(
            "Grant(string effect,string[] categories,string[] purposes,string[] actions,uint64 notBefore,uint64 expires,uint64 dataFrom,uint64 dataUntil,bytes32[] records,string[] conditions)"
        );
        bytes32 none = keccak256("");
        return keccak256(
            bytes.concat(
                keccak256(
                    abi.encode(
                        grantType,
                        keccak256(bytes(consent.grants[0].effect)),
                        keccak256(bytes.concat(keccak256(bytes(consent.grants[0].categories[0])))),
                        keccak256(bytes.concat(keccak256(bytes(consent.grants[0].purposes[0])))),
                        keccak256(bytes.concat(keccak256(bytes(consent.grants[0].actions[0])))),
                        consent.grants[0].notBefore,
                        consent.grants[0].expires,
                        consent.grants[0].dataFrom,
                        consent.grants[0].dataUntil,
                        none,
                        none
                    )
                )
            )
        );
    }

    function outline(Consent memory consent) internal pure returns (ConsentOutline memory) {
        return ConsentOutline({
            dataSubject: keccak256(consent.dataSubject),
            signer: keccak256(consent.signer),
            grantee: keccak256(bytes(consent.grantee)),
            granteeName: keccak256(bytes(consent.granteeName)),
            version: consent.version,
            previous: consent.previous,
            grants: grantsHash(consent),
            noticeHash: consent.noticeHash,
            noticeLanguage: keccak256(bytes(consent.noticeLanguage)),
            signedAt: consent.signedAt,
            lock: consent.lock
        });
    }

    function revocation(Consent memory consent, bytes32 entry, bytes memory who)
        internal
        pure
        returns (Revocation memory)
    {
        return Revocation({
            dataSubject: consent.dataSubject,
            signer: who,
            grantee: consent.grantee,
            granteeName: consent.granteeName,
            version: consent.version + 1,
            consent: entry,
            secret: 0,
            signedAt: NOW
        });
    }

    function outline(Revocation memory given) internal pure returns (RevocationOutline memory) {
        return RevocationOutline({
            grantee: keccak256(bytes(given.grantee)),
            granteeName: keccak256(bytes(given.granteeName)),
            version: given.version,
            secret: given.secret,
            signedAt: given.signedAt
        });
    }

    function bySignature(Consent memory consent, uint256 who, uint256 key, bytes32 named) internal {
        bytes memory made = sign(SUBJECT_KEY, registry.digestOfConsent(consent));
        Revocation memory given = revocation(consent, named, signer(who));
        bytes memory signature = sign(key, registry.digestOfRevocation(given));
        vm.prank(STRANGER);
        registry.revokeBySignature(outline(consent), SALT, sha256(made), outline(given), signer(who), signature);
    }

    // by secret

    function test_revoke_MarksTheEntry() external {
        (bytes32 core, bytes32 entry,) = signed(consentOf(permit()));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IConsentRegistry.Revoked(entry);
        vm.prank(STRANGER);
        registry.revoke(core, SECRET);
        require(registry.revokedAt(entry) == NOW, "not marked");
    }

    function test_revoke_TheFirstMarkStands() external {
        (bytes32 core, bytes32 entry,) = signed(consentOf(permit()));
        registry.revoke(core, SECRET);
        vm.warp(NOW + 5);
        registry.revoke(core, SECRET);
        require(registry.revokedAt(entry) == NOW, "marked again");
    }

    function test_revoke_GivenPausedAndNotInTheLog() external {
        (bytes32 core, bytes32 entry,) = signed(consentOf(permit()));
        registry.pause();
        registry.revoke(core, SECRET);
        require(registry.revokedAt(entry) == NOW, "a pause stopped a revocation");
    }

    function test_revoke_WhenTheSecretIsAnother() external {
        (bytes32 core, bytes32 entry,) = signed(consentOf(permit()));
        registry.revoke(core, keccak256("guess"));
        require(registry.revokedAt(entry) == 0, "opened by a guess");
    }

    function test_revoke_Many() external {
        Opening[] memory openings = new Opening[](3);
        (openings[0], openings[1]) = (Opening(keccak256("a"), SECRET), Opening(keccak256("b"), SECRET));
        openings[2] = openings[0];
        registry.revokeMany(openings);
        bytes32 a = sha256(bytes.concat(keccak256("a"), lockOf(SECRET)));
        bytes32 b = sha256(bytes.concat(keccak256("b"), lockOf(SECRET)));
        require(registry.revokedAt(a) == NOW && registry.revokedAt(b) == NOW, "not marked");
    }

    // by signature

    function test_revokeBySignature_ByTheDataSubject() external {
        Consent memory consent = consentOf(permit());
        (, bytes32 entry,) = signed(consent);
        registry.pause();
        vm.expectEmit(true, true, true, true, address(registry));
        emit IConsentRegistry.Revoked(entry);
        bySignature(consent, SUBJECT_KEY, SUBJECT_KEY, entry);
        require(registry.revokedAt(entry) == NOW, "not marked");
    }

    function test_revokeBySignature_ByTheDelegateWhoSigned() external {
        Consent memory consent = consentOf(permit());
        consent.signer = signer(DELEGATE_KEY);
        (, bytes32 entry,) = signed(consent);
        bySignature(consent, DELEGATE_KEY, DELEGATE_KEY, entry);
        require(registry.revokedAt(entry) == NOW, "not marked");
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
        require(registry.revokedAt(entry) == 0 && registry.revokedAt(other) == NOW, "a stranger ended it");
    }
}
