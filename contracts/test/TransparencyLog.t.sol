// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAccessControlDefaultAdminRules } from
    "@openzeppelin/contracts/access/extensions/IAccessControlDefaultAdminRules.sol";

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { IAppendableLog } from "../interfaces/IAppendableLog.sol";
import { IGoverned } from "../interfaces/IGoverned.sol";
import { ITransparencyLog } from "../interfaces/ITransparencyLog.sol";
import { Base } from "./Base.sol";
import { ReferenceTree } from "./ReferenceTree.sol";

contract TransparencyLogTest is Base {
    bytes32[] private none;

    function leavesFrom(uint256 from, uint256 count) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = keccak256(abi.encode("leaf", from + i));
        }
    }

    /// @dev Appends leaves 0 to `count` and returns them.
    function fill(uint256 count) internal returns (bytes32[] memory leaves) {
        leaves = leavesFrom(0, count);
        registry.append(leaves, none);
    }

    // append

    function test_append_RevertWhen_CallerIsNoSequencer() external {
        vm.expectRevert(unauthorized(STRANGER, registry.SEQUENCER_ROLE()));
        vm.prank(STRANGER);
        registry.append(leavesFrom(0, 1), none);
    }

    function test_append_RevertGiven_Paused() external {
        registry.pause();
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Governed_WritesPaused.selector));
        registry.append(leavesFrom(0, 1), none);
    }

    function test_append_RevertWhen_NoLeaves() external {
        vm.expectRevert(abi.encodeWithSelector(IAppendableLog.TransparencyLog_NoLeaves.selector));
        registry.append(none, none);
    }

    function test_append_RevertWhen_PeaksAreStale() external {
        fill(3);
        (uint64 size, bytes32 root) = registry.head();
        vm.expectRevert(abi.encodeWithSelector(IAppendableLog.TransparencyLog_StalePeaks.selector, size, root));
        registry.append(leavesFrom(3, 1), none);
    }

    function test_append_RevertWhen_PeaksBagButAreTooFew() external {
        fill(3);
        (uint64 size, bytes32 root) = registry.head();
        bytes32[] memory peaks = new bytes32[](1);
        peaks[0] = root;
        vm.expectRevert(abi.encodeWithSelector(IAppendableLog.TransparencyLog_StalePeaks.selector, size, root));
        registry.append(leavesFrom(3, 1), peaks);
    }

    function test_append_MovesTheHead() external {
        bytes32[] memory all = leavesFrom(0, 8);
        fill(5);
        registry.append(leavesFrom(5, 3), ReferenceTree.peaks(all, 5));
        (uint64 size, bytes32 root) = registry.head();
        require(size == 8 && root == ReferenceTree.root(all, 0, 8), "not the reference tree");
    }

    function test_append_MarksACheckpoint() external {
        fill(5);
        (, bytes32 root) = registry.head();
        (uint64 size, uint64 time) = registry.checkpointOf(root);
        require(registry.isCheckpoint(root) && size == 5 && time == NOW, "no checkpoint");
    }

    function test_append_EmitsTheLeaves() external {
        bytes32[] memory leaves = leavesFrom(0, 2);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IAppendableLog.Appended(2, ReferenceTree.root(leaves, 0, 2), leaves);
        registry.append(leaves, none);
    }

    // advance

    function test_advance_RevertWhen_CallerIsNoSequencer() external {
        vm.expectRevert(unauthorized(STRANGER, registry.SEQUENCER_ROLE()));
        vm.prank(STRANGER);
        registry.advance(1, keccak256("root"), none);
    }

    function test_advance_RevertGiven_Paused() external {
        registry.pause();
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Governed_WritesPaused.selector));
        registry.advance(1, keccak256("root"), none);
    }

    function test_advance_RevertWhen_NotAhead() external {
        fill(3);
        (, bytes32 root) = registry.head();
        vm.expectRevert(abi.encodeWithSelector(ITransparencyLog.TransparencyLog_NotAhead.selector, 3, 3));
        registry.advance(3, root, none);
        vm.expectRevert(abi.encodeWithSelector(ITransparencyLog.TransparencyLog_NotAhead.selector, 3, 2));
        registry.advance(2, root, none);
    }

    function test_advance_GivenEmptyTakesAnyRoot() external {
        registry.advance(7, keccak256("root"), none);
        (uint64 size, bytes32 root) = registry.head();
        require(size == 7 && root == keccak256("root"), "not advanced");
    }

    function test_advance_RevertGiven_EmptyAndAProof() external {
        vm.expectRevert(abi.encodeWithSelector(ITransparencyLog.TransparencyLog_Inconsistent.selector, 0, 7));
        registry.advance(7, keccak256("root"), new bytes32[](1));
    }

    function test_advance_RevertWhen_SizePassesItsBits() external {
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 48, 1 << 48));
        registry.advance(1 << 48, keccak256("root"), none);
        registry.advance((1 << 48) - 1, keccak256("root"), none);
        (uint64 size,) = registry.head();
        require(size == (1 << 48) - 1, "not advanced");
    }

    function test_advance_TakesTheTrueProof() external {
        fill(3);
        bytes32[] memory all = leavesFrom(0, 7);
        bytes32 root = ReferenceTree.root(all, 0, 7);
        vm.expectEmit(true, true, true, true, address(registry));
        emit ITransparencyLog.Advanced(7, root);
        registry.advance(7, root, ReferenceTree.proof(all, 3, 7));
    }

    function test_advance_RevertWhen_ProofIsEmpty() external {
        fill(4);
        bytes32 root = ReferenceTree.root(leavesFrom(0, 8), 0, 8);
        vm.expectRevert(abi.encodeWithSelector(ITransparencyLog.TransparencyLog_Inconsistent.selector, 4, 8));
        registry.advance(8, root, none);
    }

    function test_advance_RevertWhen_ALeafIsForgotten() external {
        fill(3);
        bytes32[] memory other = leavesFrom(0, 7);
        other[1] = keccak256("rewritten");
        bytes32 root = ReferenceTree.root(other, 0, 7);
        bytes32[] memory proof = ReferenceTree.proof(other, 3, 7);
        vm.expectRevert(abi.encodeWithSelector(ITransparencyLog.TransparencyLog_Inconsistent.selector, 3, 7));
        registry.advance(7, root, proof);
    }

    // sequencers

    /// @dev STRANGER becomes a sequencer and makes the head.
    function letStrangerWrite() internal returns (bytes32 role) {
        role = registry.SEQUENCER_ROLE();
        registry.grantRole(role, STRANGER);
        vm.prank(STRANGER);
        registry.append(leavesFrom(0, 1), none);
    }

    function expectRefusedNext(bytes32 role) internal {
        bytes32[] memory all = leavesFrom(0, 1);
        bytes32[] memory peaks = ReferenceTree.peaks(all, 1);
        vm.expectRevert(unauthorized(STRANGER, role));
        vm.prank(STRANGER);
        registry.append(leavesFrom(1, 1), peaks);
    }

    function test_sequencers_TakeTurns() external {
        letStrangerWrite();
        registry.append(leavesFrom(1, 1), ReferenceTree.peaks(leavesFrom(0, 1), 1));
        vm.prank(STRANGER);
        registry.append(leavesFrom(2, 1), ReferenceTree.peaks(leavesFrom(0, 2), 2));
        (uint64 size, bytes32 root) = registry.head();
        require(size == 3 && root == ReferenceTree.root(leavesFrom(0, 3), 0, 3), "not one tree");
    }

    function test_sequencers_WriteNoMoreOnceDismissed() external {
        bytes32 role = letStrangerWrite();
        registry.revokeRole(role, STRANGER);
        expectRefusedNext(role);
    }

    function test_sequencers_WriteNoMoreOnceTheyResigned() external {
        bytes32 role = letStrangerWrite();
        vm.prank(STRANGER);
        registry.renounceRole(role, STRANGER);
        expectRefusedNext(role);
    }

    function test_sequencers_LoseNothingByALossOfAnotherRole() external {
        letStrangerWrite();
        registry.revokeRole(registry.PAUSER_ROLE(), STRANGER);
        vm.prank(STRANGER);
        registry.append(leavesFrom(1, 1), ReferenceTree.peaks(leavesFrom(0, 1), 1));
        (uint64 size,) = registry.head();
        require(size == 2, "not appended");
    }

    function test_sequencers_WaitForThePauseLikeOthers() external {
        letStrangerWrite();
        registry.pause();
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Governed_WritesPaused.selector));
        vm.prank(STRANGER);
        registry.advance(2, keccak256("root"), none);
    }

    // reads

    function test_reads_GivenEmpty() external view {
        (uint64 size, bytes32 root) = registry.head();
        (uint64 marked, uint64 time) = registry.checkpointOf(root);
        require(size == 0 && root == sha256("") && marked == 0 && time == 0, "not empty");
        require(!registry.isCheckpoint(root) && !registry.includes(root, 0, 0, root, none), "empty is a checkpoint");
    }

    function test_reads_IncludeUnderEveryCheckpointSince() external {
        bytes32[] memory all = leavesFrom(0, 7);
        fill(3);
        registry.append(leavesFrom(3, 4), ReferenceTree.peaks(all, 3));
        registry.pause();
        for (uint64 size = 3; size <= 7; size += 4) {
            bytes32 root = ReferenceTree.root(all, 0, size);
            require(registry.includes(all[1], 1, size, root, ReferenceTree.path(all, 1, 0, size)), "not included");
        }
    }

    function test_reads_IncludeNothingUnderAnUnknownRoot() external {
        bytes32[] memory all = leavesFrom(0, 7);
        fill(3);
        bytes32 root = ReferenceTree.root(all, 0, 7);
        require(!registry.includes(all[1], 1, 7, root, ReferenceTree.path(all, 1, 0, 7)), "unknown root");
    }

    function test_reads_IncludeNothingUnderAWrongSize() external {
        bytes32[] memory all = fill(3);
        bytes32 root = ReferenceTree.root(all, 0, 3);
        bytes32[] memory path = ReferenceTree.path(all, 1, 0, 3);
        require(!registry.includes(all[1], 1, 4, root, path) && !registry.includes(all[1], 1, 0, root, path), "size");
    }

    function test_reads_IncludeNothingPastTheSize() external {
        bytes32[] memory all = fill(1);
        require(registry.includes(all[0], 0, 1, all[0], none), "the only leaf");
        require(!registry.includes(all[0], 1, 1, all[0], none), "past the size");
    }

    // governance

    function test_governance_OnlyAPauserPauses() external {
        vm.expectRevert(unauthorized(STRANGER, registry.PAUSER_ROLE()));
        vm.prank(STRANGER);
        registry.pause();
    }

    function test_governance_OnlyAPauserUnpauses() external {
        vm.expectEmit(true, true, true, true, address(registry));
        emit IGoverned.Paused(address(this));
        registry.pause();
        require(registry.paused(), "not paused");
        vm.expectRevert(unauthorized(STRANGER, registry.PAUSER_ROLE()));
        vm.prank(STRANGER);
        registry.unpause();
        vm.expectEmit(true, true, true, true, address(registry));
        emit IGoverned.Unpaused(address(this));
        registry.unpause();
        fill(1);
        require(!registry.paused(), "still paused");
    }

    function test_governance_HandsOverInTwoSteps() external {
        registry.beginDefaultAdminTransfer(STRANGER);
        vm.warp(NOW + registry.HANDOVER_DELAY());
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControlDefaultAdminRules.AccessControlEnforcedDefaultAdminDelay.selector,
                NOW + registry.HANDOVER_DELAY()
            )
        );
        vm.prank(STRANGER);
        registry.acceptDefaultAdminTransfer();
        vm.warp(NOW + registry.HANDOVER_DELAY() + 1);
        vm.prank(STRANGER);
        registry.acceptDefaultAdminTransfer();
        require(registry.defaultAdmin() == STRANGER, "not handed over");
    }

    function test_governance_RefusesTheAdminRoleDirectly() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControlDefaultAdminRules.AccessControlEnforcedDefaultAdminRules.selector
            )
        );
        registry.grantRole(0, STRANGER);
    }
}
