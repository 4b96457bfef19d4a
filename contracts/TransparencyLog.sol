// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { Governed } from "./Governed.sol";
import { ITransparencyLog } from "./interfaces/ITransparencyLog.sol";
import { RFC6962 } from "./libraries/RFC6962.sol";

/// @title TransparencyLog
/// @notice See {ITransparencyLog}. Also the EIP-712 domain of the statements that the log holds.
abstract contract TransparencyLog is ITransparencyLog, Governed, EIP712 {
    using SafeCast for uint64;

    /// @dev One slot. `paused` and `writer` have a meaning in the head's checkpoint only: the head cannot move while
    /// `paused` is set, and `writer`, who made it, still has the role and need not be looked up to make the next.
    struct Checkpoint {
        uint48 size;
        uint40 time;
        bool paused;
        address writer;
    }

    /// @notice May append to the log and advance it.
    bytes32 public constant SEQUENCER_ROLE = keccak256("SEQUENCER_ROLE");

    bytes32 private _root = RFC6962.EMPTY_ROOT;
    mapping(bytes32 root => Checkpoint) private _checkpoints;

    constructor(address admin, address sequencer) Governed(admin) EIP712("MyData Ledger", "1") {
        _grantRole(SEQUENCER_ROLE, sequencer);
    }

    /// @inheritdoc ITransparencyLog
    function advance(uint64 size, bytes32 root, bytes32[] calldata proof) external {
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

    /// @dev The head, if the caller is a sequencer and writes are not paused.
    function _openHead() internal view returns (uint64 size, bytes32 root) {
        root = _root;
        Checkpoint memory checkpoint = _checkpoints[root];
        if (checkpoint.writer != msg.sender) _checkRole(SEQUENCER_ROLE);
        if (checkpoint.paused) revert Governed_WritesPaused();
        size = checkpoint.size;
    }

    /// @dev The caller has checked that the new head continues the old one, and that a sequencer asks for it.
    function _moveHead(uint64 size, bytes32 root) internal {
        _root = root;
        _checkpoints[root] = Checkpoint({
            size: size.toUint48(),
            time: uint40(block.timestamp),
            paused: false,
            writer: msg.sender
        });
    }

    /// @dev Who loses the role is looked up again, and refused.
    function _revokeRole(bytes32 role, address account) internal override returns (bool) {
        if (role == SEQUENCER_ROLE) _checkpoints[_root].writer = address(0);
        return super._revokeRole(role, account);
    }

    /// @dev See {IGoverned}.
    function paused() external view override returns (bool) {
        return _checkpoints[_root].paused;
    }

    function _setPaused(bool value) internal override {
        _checkpoints[_root].paused = value;
    }
}
