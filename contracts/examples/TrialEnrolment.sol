// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Strings } from "@openzeppelin/contracts/utils/Strings.sol";

import { IConsentRegistry } from "../interfaces/IConsentRegistry.sol";
import { IPartyRegistry } from "../interfaces/IPartyRegistry.sol";
import { ConsentStatus, Evidence, Question } from "../types/Evidence.sol";
import { Consent } from "../types/Statements.sol";

/// @title TrialEnrolment
/// @notice Example of a contract gated by a consent: an accredited trial team enrols a participant only who consents to
/// the use of their laboratory results for clinical trials. What it keeps is a count, and who was counted as a digest
/// under the trial's own salt, so that the chain learns nothing about the participant from this contract's state.
/// @dev The transaction's calldata shows the consent; a team that minds asks {mayEnrol} by eth_call and keeps the answer.
contract TrialEnrolment {
    /// @notice One more participant is enrolled.
    event Enrolled(bytes32 indexed participant, uint256 count);

    /// @notice The caller is not an accredited trial team now.
    error TrialEnrolment_NotATrialTeam(address caller);

    /// @notice The consent does not say yes; `status` says why.
    error TrialEnrolment_NoConsent(ConsentStatus status);

    /// @notice The participant is enrolled already.
    error TrialEnrolment_AlreadyEnrolled(bytes32 participant);

    bytes32 private constant TRIAL = "trial";

    IConsentRegistry private immutable CONSENTS;
    IPartyRegistry private immutable PARTIES;
    bytes32 private immutable SALT;

    uint256 private _count;
    mapping(bytes32 participant => bool) private _enrolled;

    constructor(IConsentRegistry consents, IPartyRegistry parties, bytes32 salt) {
        (CONSENTS, PARTIES, SALT) = (consents, parties, salt);
    }

    /// @notice Enrols the data subject of `consent`, who consents to the caller.
    function enrol(Consent calldata consent, Evidence calldata evidence) external returns (uint256) {
        // Check: the caller is an accredited trial team at this moment.
        if (!PARTIES.isAccredited(msg.sender, TRIAL, uint64(block.timestamp))) {
            revert TrialEnrolment_NotATrialTeam(msg.sender);
        }

        // Check: the data subject consents to exactly this caller, for exactly this purpose, without conditions.
        ConsentStatus status = mayEnrol(consent, evidence, msg.sender);
        if (status != ConsentStatus.Valid) revert TrialEnrolment_NoConsent(status);

        // Effect and log: each participant counts once.
        bytes32 participant = keccak256(abi.encode(SALT, consent.dataSubject));
        if (_enrolled[participant]) revert TrialEnrolment_AlreadyEnrolled(participant);
        _enrolled[participant] = true;
        emit Enrolled(participant, ++_count);
        return _count;
    }

    /// @notice What the consent says to `team` reading laboratory results for a clinical trial.
    function mayEnrol(Consent calldata consent, Evidence calldata evidence, address team)
        public
        view
        returns (ConsentStatus status)
    {
        string[] memory purposes = new string[](2);
        (purposes[0], purposes[1]) = ("hl7:CLINTRCH", "hl7:HRESCH");
        Question memory question = Question({
            dataSubject: consent.dataSubject,
            grantee: Strings.toChecksumHexString(team),
            category: "health.lab",
            purposes: purposes,
            action: "view",
            recordId: 0,
            dataFrom: 0,
            dataUntil: 0
        });
        (status,) = CONSENTS.verify(consent, evidence, question);
    }

    /// @notice How many are enrolled.
    function count() external view returns (uint256) {
        return _count;
    }
}
