// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ConsentStatus, Evidence, Question } from "../types/Evidence.sol";
import { Consent, Delegation, Grant } from "../types/Statements.sol";
import { Base } from "./Base.sol";

contract ConsentRegistryVerifyTest is Base {
    function test_verify_WhenAnotherDataSubjectIsMeant() external {
        Question memory asked = question();
        asked.dataSubject = signer(STRANGER_KEY);
        expect(ask(permit(), asked), ConsentStatus.NotCovered);
    }

    function test_verify_WhenAnotherGranteeIsMeant() external {
        Question memory asked = question();
        asked.grantee = "role:trial";
        expect(ask(permit(), asked), ConsentStatus.NotCovered);
    }

    function test_verify_WhenAnotherSignerIsNamed() external {
        Consent memory consent = consentOf(permit());
        consent.signer = signer(DELEGATE_KEY);
        Evidence memory evidence = anchor(consent, sign(DELEGATE_KEY, registry.digestOfConsent(consent)));
        (ConsentStatus status,) = registry.verify(consent, evidence, question());
        expect(status, ConsentStatus.BadSignature);
    }

    function test_verify_WhenAnotherKeySigned() external {
        Consent memory consent = consentOf(permit());
        Evidence memory evidence = anchor(consent, sign(STRANGER_KEY, registry.digestOfConsent(consent)));
        (ConsentStatus status,) = registry.verify(consent, evidence, question());
        expect(status, ConsentStatus.BadSignature);
    }

    function test_verify_WhenTheEvidenceIsAnothers() external {
        Consent memory consent = consentOf(permit());
        for (uint256 which = 0; which < 5; ++which) {
            Evidence memory evidence = anchorSigned(consent);
            if (which == 0) evidence.salt = 0;
            if (which == 1) evidence.inclusion.index -= 1;
            if (which == 2) evidence.inclusion.size += 1;
            if (which == 3) evidence.inclusion.root = keccak256("root");
            if (which == 4) evidence.inclusion.proof[0] = 0;
            (ConsentStatus status,) = registry.verify(consent, evidence, question());
            expect(status, ConsentStatus.NotIncluded);
        }
    }

    function test_verify_GivenRevoked() external {
        Consent memory consent = consentOf(permit());
        Evidence memory evidence = anchorSigned(consent);
        registry.revoke(coreOf(registry.digestOfConsent(consent), evidence.signature), SECRET);
        (ConsentStatus status,) = registry.verify(consent, evidence, question());
        expect(status, ConsentStatus.Revoked);
    }

    // forbid

    function test_verify_ForbidOutranksPermit() external {
        Grant[] memory grants = new Grant[](3);
        (grants[0], grants[1], grants[2]) = (permit(), permit(), permit());
        grants[1].effect = "forbid";
        grants[1].categories = one("health");
        (ConsentStatus status, uint256 by) = askAll(consentOf(grants), question());
        expect(status, ConsentStatus.Forbidden);
        require(by == 1, "not the forbid");
    }

    function test_verify_ForbidOutsideItsWindow() external {
        Grant[] memory grants = new Grant[](3);
        (grants[0], grants[1], grants[2]) = (permit(), permit(), permit());
        (grants[0].effect, grants[0].notBefore) = ("forbid", NOW + 1);
        (grants[1].effect, grants[1].expires) = ("forbid", NOW);
        (ConsentStatus status, uint256 by) = askAll(consentOf(grants), question());
        expect(status, ConsentStatus.Valid);
        require(by == 2, "not the permit");
        grants[0].notBefore = NOW;
        (status, by) = askAll(consentOf(grants), question());
        expect(status, ConsentStatus.Forbidden);
    }

    function test_verify_ForbidOfANarrowerCategory() external {
        Grant memory grant = permit();
        (grant.effect, grant.categories) = ("forbid", one("health.lab.specimen"));
        Question memory asked = question();
        asked.category = "health.lab";
        expect(ask(grant, asked), ConsentStatus.Forbidden);
        asked.category = "health.la";
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        (asked.category, grant.effect) = ("health.lab", "permit");
        expect(ask(grant, asked), ConsentStatus.NotCovered);
    }

    function test_verify_BeforeThePeriodsOfRecords() external {
        Grant memory grant = permit();
        grant.dataUntil = 200;
        Question memory asked = question();
        (asked.dataFrom, asked.dataUntil) = (0, 1);
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        (grant.effect, grant.dataFrom) = ("forbid", 100);
        expect(ask(grant, asked), ConsentStatus.Forbidden);
    }

    function test_verify_ForbidOfAPeriod() external {
        Grant memory grant = permit();
        (grant.effect, grant.dataFrom, grant.dataUntil) = ("forbid", 100, 200);
        Question memory asked = question();
        expect(ask(grant, asked), ConsentStatus.Forbidden);
        (asked.dataFrom, asked.dataUntil) = (199, 300);
        expect(ask(grant, asked), ConsentStatus.Forbidden);
        (asked.dataFrom, asked.dataUntil) = (50, 0);
        expect(ask(grant, asked), ConsentStatus.Forbidden);
        (asked.dataFrom, asked.dataUntil) = (50, 101);
        expect(ask(grant, asked), ConsentStatus.Forbidden);
        (asked.dataFrom, asked.dataUntil) = (50, 100);
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        (asked.dataFrom, asked.dataUntil) = (200, 300);
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        (asked.dataFrom, asked.dataUntil) = (0, 100);
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        asked.dataUntil = 101;
        expect(ask(grant, asked), ConsentStatus.Forbidden);
        (asked.dataFrom, asked.dataUntil) = (200, 300);
        grant.dataUntil = 0;
        expect(ask(grant, asked), ConsentStatus.Forbidden);
        (grant.dataFrom, asked.dataFrom) = (0, 200);
        expect(ask(grant, asked), ConsentStatus.Forbidden);
        grant.dataUntil = 200;
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        asked.dataFrom = 199;
        expect(ask(grant, asked), ConsentStatus.Forbidden);
    }

    // permit

    function test_verify_PermitSaysValid() external {
        Grant[] memory grants = new Grant[](3);
        (grants[0], grants[1], grants[2]) = (permit(), permit(), permit());
        grants[0].categories = one("finance");
        (ConsentStatus status, uint256 by) = askAll(consentOf(grants), question());
        expect(status, ConsentStatus.Valid);
        require(by == 1, "not the first grant that covers");
    }

    function test_verify_PermitOnConditions() external {
        Grant memory grant = permit();
        grant.conditions = one("once");
        expect(ask(grant, question()), ConsentStatus.Conditional);
        Grant[] memory grants = new Grant[](4);
        (grants[0], grants[1], grants[2], grants[3]) = (permit(), grant, permit(), grant);
        grants[0].expires = NOW;
        (ConsentStatus status, uint256 by) = askAll(consentOf(grants), question());
        expect(status, ConsentStatus.Valid);
        require(by == 2, "not the one without conditions");
    }

    function test_verify_PermitNotYet() external {
        Grant memory grant = permit();
        grant.notBefore = NOW + 1;
        expect(ask(grant, question()), ConsentStatus.NotYet);
        grant.notBefore = NOW;
        expect(ask(grant, question()), ConsentStatus.Valid);
        Grant[] memory grants = new Grant[](2);
        (grants[0], grants[1]) = (permit(), permit());
        (grants[0].expires, grants[1].notBefore) = (NOW, NOW + 1);
        (ConsentStatus status, uint256 by) = askAll(consentOf(grants), question());
        expect(status, ConsentStatus.NotYet);
        require(by == 1, "not the one to come");
    }

    function test_verify_PermitExpired() external {
        Grant memory grant = permit();
        grant.expires = NOW;
        expect(ask(grant, question()), ConsentStatus.Expired);
        grant.expires = NOW + 1;
        expect(ask(grant, question()), ConsentStatus.Valid);
    }

    // scope

    function asCategory(string memory granted, string memory asked) internal returns (ConsentStatus) {
        Grant memory grant = permit();
        grant.categories = one(granted);
        Question memory about = question();
        about.category = asked;
        return ask(grant, about);
    }

    function test_verify_Categories() external {
        expect(asCategory("health", "health.lab"), ConsentStatus.Valid);
        expect(asCategory("*", "health.lab"), ConsentStatus.Valid);
        expect(asCategory("health.lab", "health.lab"), ConsentStatus.Valid);
        expect(asCategory("health.lab", "health"), ConsentStatus.NotCovered);
        expect(asCategory("health", "healthy.lab"), ConsentStatus.NotCovered);
        expect(asCategory("health.lab", "health.lap"), ConsentStatus.NotCovered);
        Grant memory grant = permit();
        grant.categories = new string[](0);
        expect(ask(grant, question()), ConsentStatus.NotCovered);
    }

    function test_verify_Purposes() external {
        Question memory asked = question();
        asked.purposes = new string[](2);
        (asked.purposes[0], asked.purposes[1]) = ("hl7:CLINTRCH", "hl7:HRESCH");
        Grant memory grant = permit();
        grant.purposes = one("hl7:HRESCH");
        expect(ask(grant, asked), ConsentStatus.Valid);
        grant.purposes = one("hl7:HMARKT");
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        asked.purposes = new string[](0);
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        grant.purposes = one("*");
        expect(ask(grant, asked), ConsentStatus.Valid);
    }

    function test_verify_Actions() external {
        Question memory asked = question();
        asked.action = "copy";
        expect(ask(permit(), asked), ConsentStatus.NotCovered);
    }

    function test_verify_Records() external {
        Grant memory grant = permit();
        grant.records = new bytes32[](2);
        (grant.records[0], grant.records[1]) = (keccak256("r1"), keccak256("r2"));
        Question memory asked = question();
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        asked.recordId = keccak256("r2");
        expect(ask(grant, asked), ConsentStatus.Valid);
        asked.recordId = keccak256("r3");
        expect(ask(grant, asked), ConsentStatus.NotCovered);
    }

    function test_verify_PermitOfAPeriod() external {
        Grant memory grant = permit();
        (grant.dataFrom, grant.dataUntil) = (100, 200);
        Question memory asked = question();
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        (asked.dataFrom, asked.dataUntil) = (100, 200);
        expect(ask(grant, asked), ConsentStatus.Valid);
        (asked.dataFrom, asked.dataUntil) = (99, 200);
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        (asked.dataFrom, asked.dataUntil) = (100, 201);
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        asked.dataUntil = 0;
        expect(ask(grant, asked), ConsentStatus.NotCovered);
        grant.dataUntil = 2 ** 63 - 1; // NEVER of ledger/consent.py: as good as open
        expect(ask(grant, asked), ConsentStatus.Valid);
        grant.dataUntil = 0;
        expect(ask(grant, asked), ConsentStatus.Valid);
        (grant.dataFrom, grant.dataUntil) = (0, 200);
        (asked.dataFrom, asked.dataUntil) = (0, 200);
        expect(ask(grant, asked), ConsentStatus.Valid);
        asked.dataUntil = 201;
        expect(ask(grant, asked), ConsentStatus.NotCovered);
    }

    function test_verify_UnknownEffect() external {
        Grant memory grant = permit();
        grant.effect = "Permit";
        expect(ask(grant, question()), ConsentStatus.NotCovered);
    }

    // delegates

    function delegated() internal view returns (Consent memory consent, bytes memory signature) {
        consent = consentOf(permit());
        consent.signer = signer(DELEGATE_KEY);
        signature = sign(DELEGATE_KEY, registry.digestOfConsent(consent));
    }

    function askDelegated(Delegation memory given, uint256 key) internal returns (ConsentStatus status) {
        (Consent memory consent, bytes memory signature) = delegated();
        bytes32 digest = registry.digestOfDelegation(given);
        Evidence memory shown = anchor(digest, given.lock, sign(key, digest));
        (status,) = registry.verifyDelegated(consent, anchor(consent, signature), given, shown, question());
    }

    function test_verify_Delegated() external {
        expect(askDelegated(delegation(), SUBJECT_KEY), ConsentStatus.Valid);
    }

    function test_verify_DelegatedAnswersAsTheConsentDoes() external {
        (Consent memory consent, bytes memory signature) = delegated();
        registry.revoke(coreOf(registry.digestOfConsent(consent), signature), SECRET);
        expect(askDelegated(delegation(), SUBJECT_KEY), ConsentStatus.Revoked);
    }

    function test_verify_DelegationOfOthers() external {
        Delegation memory given = delegation();
        given.dataSubject = signer(STRANGER_KEY);
        expect(askDelegated(given, SUBJECT_KEY), ConsentStatus.BadSignature);
        given = delegation();
        given.delegator = signer(STRANGER_KEY);
        expect(askDelegated(given, STRANGER_KEY), ConsentStatus.BadSignature);
        given = delegation();
        given.delegate = signer(STRANGER_KEY);
        expect(askDelegated(given, SUBJECT_KEY), ConsentStatus.BadSignature);
        expect(askDelegated(delegation(), DELEGATE_KEY), ConsentStatus.BadSignature);
    }

    function test_verify_DelegationNotOpenAtSigning() external {
        Delegation memory given = delegation();
        given.notBefore = NOW - 19;
        expect(askDelegated(given, SUBJECT_KEY), ConsentStatus.BadSignature);
        given.notBefore = NOW - 20;
        given.expires = NOW - 19;
        expect(askDelegated(given, SUBJECT_KEY), ConsentStatus.Valid);
        given.expires = NOW - 20;
        expect(askDelegated(given, SUBJECT_KEY), ConsentStatus.BadSignature);
    }

    function test_verify_DelegationOfOtherCategories() external {
        Delegation memory given = delegation();
        given.categories = one("finance");
        expect(askDelegated(given, SUBJECT_KEY), ConsentStatus.NotCovered);
    }

    function test_verify_DelegationNotInTheLog() external {
        (Consent memory consent, bytes memory signature) = delegated();
        Evidence memory shown = anchor(consent, signature);
        Evidence memory evidence = anchor(consent, signature);
        shown.signature = sign(SUBJECT_KEY, registry.digestOfDelegation(delegation()));
        (ConsentStatus status,) = registry.verifyDelegated(consent, evidence, delegation(), shown, question());
        expect(status, ConsentStatus.NotIncluded);
    }

    function test_verify_DelegationRevoked() external {
        bytes32 digest = registry.digestOfDelegation(delegation());
        registry.revoke(coreOf(digest, sign(SUBJECT_KEY, digest)), keccak256("delegation secret"));
        expect(askDelegated(delegation(), SUBJECT_KEY), ConsentStatus.Revoked);
    }
}
