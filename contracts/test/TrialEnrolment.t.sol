// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Strings } from "@openzeppelin/contracts/utils/Strings.sol";

import { PartyRegistry } from "../PartyRegistry.sol";
import { TrialEnrolment } from "../examples/TrialEnrolment.sol";
import { ConsentStatus, Evidence } from "../types/Evidence.sol";
import { Consent } from "../types/Statements.sol";
import { Base } from "./Base.sol";
import { Deploy } from "./Vm.sol";

contract TrialEnrolmentTest is Base {
    address private constant TEAM = address(0x7E4);

    PartyRegistry private parties;
    TrialEnrolment private trial;

    function setUp() public override {
        super.setUp();
        parties = PartyRegistry(Deploy.make("PartyRegistry", abi.encode(address(this))));
        trial = TrialEnrolment(Deploy.make("TrialEnrolment", abi.encode(registry, parties, SALT)));
        bytes32[] memory roles = new bytes32[](1);
        roles[0] = "trial";
        parties.register(TEAM, "Seoul Lung Trial", roles, "", NOW, NOW + 100);
    }

    function toTeam() internal pure returns (Consent memory consent) {
        consent = consentOf(permit());
        consent.grantee = Strings.toChecksumHexString(TEAM);
    }

    function refuses(Consent memory consent, Evidence memory evidence, ConsentStatus status) internal {
        vm.expectRevert(abi.encodeWithSelector(TrialEnrolment.TrialEnrolment_NoConsent.selector, status));
        vm.prank(TEAM);
        trial.enrol(consent, evidence);
    }

    function test_enrol_RevertWhen_NotATrialTeam() external {
        Consent memory consent = toTeam();
        Evidence memory evidence = anchorSigned(consent);
        vm.expectRevert(abi.encodeWithSelector(TrialEnrolment.TrialEnrolment_NotATrialTeam.selector, STRANGER));
        vm.prank(STRANGER);
        trial.enrol(consent, evidence);
        vm.warp(NOW + 100);
        vm.expectRevert(abi.encodeWithSelector(TrialEnrolment.TrialEnrolment_NotATrialTeam.selector, TEAM));
        vm.prank(TEAM);
        trial.enrol(consent, evidence);
    }

    function test_enrol_RevertWhen_ToAnotherTeam() external {
        Consent memory consent = consentOf(permit());
        refuses(consent, anchorSigned(consent), ConsentStatus.NotCovered);
    }

    function test_enrol_RevertWhen_OnConditions() external {
        Consent memory consent = toTeam();
        consent.grants[0].conditions = one("pseudonymise");
        refuses(consent, anchorSigned(consent), ConsentStatus.Conditional);
    }

    function test_enrol_RevertGiven_Revoked() external {
        Consent memory consent = toTeam();
        Evidence memory evidence = anchorSigned(consent);
        registry.revoke(coreOf(registry.digestOfConsent(consent), evidence.signature), SECRET);
        refuses(consent, evidence, ConsentStatus.Revoked);
    }

    function test_enrol_RevertGiven_Enrolled() external {
        Consent memory consent = toTeam();
        Evidence memory evidence = anchorSigned(consent);
        vm.prank(TEAM);
        trial.enrol(consent, evidence);
        bytes32 participant = keccak256(abi.encode(SALT, consent.dataSubject));
        vm.expectRevert(
            abi.encodeWithSelector(TrialEnrolment.TrialEnrolment_AlreadyEnrolled.selector, participant)
        );
        vm.prank(TEAM);
        trial.enrol(consent, evidence);
    }

    function test_enrol_CountsTheParticipant() external {
        Consent memory consent = toTeam();
        Evidence memory evidence = anchorSigned(consent);
        vm.expectEmit(true, true, true, true, address(trial));
        emit TrialEnrolment.Enrolled(keccak256(abi.encode(SALT, consent.dataSubject)), 1);
        vm.prank(TEAM);
        require(trial.enrol(consent, evidence) == 1 && trial.count() == 1, "not counted");
    }
}
