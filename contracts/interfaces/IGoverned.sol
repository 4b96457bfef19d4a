// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title IGoverned
/// @notice A pause stops writes only; no read and no withdrawal asks for it.
interface IGoverned {
    /// @notice Writes stopped.
    event Paused(address account);

    /// @notice Writes resumed.
    event Unpaused(address account);

    /// @notice Writes are paused: try again once they are resumed.
    error Governed_WritesPaused();

    /// @notice Stops writes. Only a pauser.
    function pause() external;

    /// @notice Resumes writes. Only a pauser.
    function unpause() external;

    /// @notice Whether writes are paused.
    function paused() external view returns (bool);

    /// @notice The role that may stop and resume writes.
    function PAUSER_ROLE() external view returns (bytes32);
}
