// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import { Pausable } from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title Governed
/// @notice Who may write: roles given by one admin, whose own handover takes two steps and a delay. A pause stops writes
/// only; no read and no withdrawal asks for it.
abstract contract Governed is AccessControlDefaultAdminRules, Pausable {
    /// @notice May stop and resume writes.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    /// @notice Seconds between the announcement of a new admin and the first moment it can accept.
    uint48 public constant HANDOVER_DELAY = 2 days;

    constructor(address admin) AccessControlDefaultAdminRules(HANDOVER_DELAY, admin) {
        _grantRole(PAUSER_ROLE, admin);
    }

    /// @notice Stops writes.
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @notice Resumes writes.
    function unpause() external onlyRole(PAUSER_ROLE) {
        _unpause();
    }
}
