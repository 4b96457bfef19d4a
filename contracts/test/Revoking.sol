// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ConsentOutline, RevocationOutline } from "../types/Evidence.sol";
import { Consent, Revocation } from "../types/Statements.sol";
import { Base } from "./Base.sol";

/// @notice Revocations by secret and by signature.
abstract contract Revoking is Base {
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

    /// @dev `key` signs, in the name of `who`, the revocation of the entry `named`, for a consent of that salt and signature.
    function bySignature(Consent memory consent, uint256 who, uint256 key, bytes32 named) internal {
        bySignature(consent, SALT, sign(SUBJECT_KEY, registry.digestOfConsent(consent)), who, key, named);
    }

    function bySignature(
        Consent memory consent,
        bytes32 salt,
        bytes memory made,
        uint256 who,
        uint256 key,
        bytes32 named
    ) internal {
        Revocation memory given = revocation(consent, named, signer(who));
        bytes memory signature = sign(key, registry.digestOfRevocation(given));
        vm.prank(STRANGER);
        registry.revokeBySignature(outline(consent), salt, sha256(made), outline(given), signer(who), signature);
    }
}
