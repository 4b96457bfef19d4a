// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ITransparencyLog } from "./ITransparencyLog.sol";

/// @title IAppendableLog
/// @notice A log whose leaves may be put on chain, so that it can be rebuilt from events alone.
interface IAppendableLog is ITransparencyLog {
    /// @notice Leaves were appended.
    /// @param size Size after them; the first of them is leaf `size - leaves.length`.
    event Appended(uint64 indexed size, bytes32 root, bytes32[] leaves);

    /// @notice There is nothing to append.
    error TransparencyLog_NoLeaves();

    /// @notice The peaks are not those of the present head, given here: another append came first, or they are wrong.
    error TransparencyLog_StalePeaks(uint64 size, bytes32 root);

    /// @notice Appends leaf hashes.
    /// @dev Only a sequencer, only while writes are not paused.
    /// @param leaves SHA-256(0x00 || entry), one for each statement.
    /// @param peaks Hashes of the complete subtrees of the present tree, left to right, largest first.
    function append(bytes32[] calldata leaves, bytes32[] calldata peaks) external;
}
