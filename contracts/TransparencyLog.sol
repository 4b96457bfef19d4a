// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import { Governed } from "./Governed.sol";
import { ITransparencyLog } from "./interfaces/ITransparencyLog.sol";
import { RFC6962 } from "./libraries/RFC6962.sol";

/// @title TransparencyLog
/// @notice See {ITransparencyLog}. Also the EIP-712 domain of the statements that the log holds.
abstract contract TransparencyLog is ITransparencyLog, Governed, EIP712 {
    /// @dev `paused` has a meaning in the head's checkpoint only: the head cannot move while it is set.
    struct Checkpoint {
        uint64 size;
        uint64 time;
        bool paused;
    }

    /// @notice May append to the log and advance it.
    bytes32 public constant SEQUENCER_ROLE = keccak256("SEQUENCER_ROLE");

    bytes32 private _root = RFC6962.EMPTY_ROOT;
    mapping(bytes32 root => Checkpoint) private _checkpoints;

    constructor(address admin, address sequencer) Governed(admin) EIP712("MyData Ledger", "1") {
        _grantRole(SEQUENCER_ROLE, sequencer);
    }

    /// @inheritdoc ITransparencyLog
    function advance(uint64 size, bytes32 root, bytes32[] calldata proof) external onlyRole(SEQUENCER_ROLE) {
        // Check: a log only grows.
        (uint64 current, bytes32 known) = _openHead();
        if (size <= current) revert TransparencyLog_NotAhead(current, size);

        // Check: what was there stays where it was. About nothing, nothing needs proof.
        bool continues = current == 0 ? proof.length == 0 : RFC6962.isConsistent(current, known, size, root, proof);
        if (!continues) revert TransparencyLog_Inconsistent(current, size);

        // Effect and log.
        _moveHead(size, root);
        emit Advanced(size, root);
    }

    /// @inheritdoc ITransparencyLog
    function head() public view returns (uint64 size, bytes32 root) {
        root = _root;
        size = _checkpoints[root].size;
    }

    /// @inheritdoc ITransparencyLog
    function isCheckpoint(bytes32 root) external view returns (bool) {
        return _checkpoints[root].size != 0;
    }

    /// @inheritdoc ITransparencyLog
    function checkpointOf(bytes32 root) external view returns (uint64 size, uint64 time) {
        Checkpoint storage checkpoint = _checkpoints[root];
        return (checkpoint.size, checkpoint.time);
    }

    /// @inheritdoc ITransparencyLog
    function includes(bytes32 leaf, uint64 index, uint64 size, bytes32 root, bytes32[] calldata proof)
        public
        view
        returns (bool)
    {
        return size != 0 && _checkpoints[root].size == size && RFC6962.isIncluded(leaf, index, size, root, proof);
    }

    /// @dev The head, if writes are not paused: one slot holds its size and the flag.
    function _openHead() internal view returns (uint64 size, bytes32 root) {
        root = _root;
        Checkpoint memory checkpoint = _checkpoints[root];
        if (checkpoint.paused) revert Governed_WritesPaused();
        size = checkpoint.size;
    }

    /// @dev The caller has checked that the new head continues the old one.
    function _moveHead(uint64 size, bytes32 root) internal {
        _root = root;
        Checkpoint storage checkpoint = _checkpoints[root];
        checkpoint.size = size;
        checkpoint.time = uint64(block.timestamp);
    }

    /// @dev See {IGoverned}.
    function paused() external view override returns (bool) {
        return _checkpoints[_root].paused;
    }

    function _setPaused(bool value) internal override {
        _checkpoints[_root].paused = value;
    }
}
