// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title ITransparencyLog
/// @notice The head of an append-only RFC 6962 Merkle log (SHA-256). The contract keeps one root and one size, and
/// accepts only what it can check to continue the log it knows.
interface ITransparencyLog {
    /// @notice The log grew; its new root was proved to continue the old one.
    event Advanced(uint64 indexed size, bytes32 root);

    /// @notice The proposed size is not larger than the present one: a log only grows.
    error TransparencyLog_NotAhead(uint64 current, uint64 proposed);

    /// @notice The proof does not show that the log of size `first` is a prefix of the log of size `second`.
    error TransparencyLog_Inconsistent(uint64 first, uint64 second);

    /// @notice Moves the head without putting leaves on chain.
    /// @dev Only a sequencer, only while writes are not paused. About an empty log nothing can be proved, so `proof` is
    /// empty then.
    /// @param size New size in leaves.
    /// @param root New root.
    /// @param proof RFC 9162 consistency proof from the present head.
    function advance(uint64 size, bytes32 root, bytes32[] calldata proof) external;

    /// @notice The present size in leaves, and the root. The empty log's root is SHA-256 of nothing.
    function head() external view returns (uint64 size, bytes32 root);

    /// @notice Whether `root` was ever the head of this log, and not empty.
    function isCheckpoint(bytes32 root) external view returns (bool);

    /// @notice Size the log had, and block time in UTC seconds at which it came, when `root` was its head; zeros if never.
    function checkpointOf(bytes32 root) external view returns (uint64 size, uint64 time);

    /// @notice Whether the leaf hash `leaf` lies at `index` of this log.
    /// @param size Size of the log when `root` was its head; false for any other.
    /// @param proof RFC 9162 inclusion proof, from the leaf upwards.
    function includes(bytes32 leaf, uint64 index, uint64 size, bytes32 root, bytes32[] calldata proof)
        external
        view
        returns (bool);
}
