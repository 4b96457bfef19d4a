// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";

import { IGoverned } from "./interfaces/IGoverned.sol";

/// @title Governed
/// @notice See {IGoverned}. Roles are given by one admin, whose own handover takes two steps and a delay.
abstract contract Governed is IGoverned, AccessControlDefaultAdminRules {
    /// @inheritdoc IGoverned
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    /// @notice Seconds between the announcement of a new admin and the first moment it can accept.
    uint48 public constant HANDOVER_DELAY = 2 days;

    constructor(address admin) AccessControlDefaultAdminRules(HANDOVER_DELAY, admin) {
        _grantRole(PAUSER_ROLE, admin);
    }

    /// @inheritdoc IGoverned
    function pause() external onlyRole(PAUSER_ROLE) {
        _setPaused(true);
        emit Paused(msg.sender);
    }

    /// @inheritdoc IGoverned
    function unpause() external onlyRole(PAUSER_ROLE) {
        _setPaused(false);
        emit Unpaused(msg.sender);
    }

    /// @dev Where the flag lies is the inheritor's choice: a log keeps it in a slot that every write reads anyway.
    function _setPaused(bool value) internal virtual;
}
