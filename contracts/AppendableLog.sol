// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { TransparencyLog } from "./TransparencyLog.sol";
import { IAppendableLog } from "./interfaces/IAppendableLog.sol";
import { Entry } from "./libraries/Entry.sol";
import { RFC6962 } from "./libraries/RFC6962.sol";
import { Evidence, Inclusion } from "./types/Evidence.sol";

/// @title AppendableLog
/// @notice See {IAppendableLog}.
abstract contract AppendableLog is IAppendableLog, TransparencyLog {
    /// @inheritdoc IAppendableLog
    function append(bytes32[] calldata leaves, bytes32[] calldata peaks) external {
        // Check: there is something to append.
        if (leaves.length == 0) revert TransparencyLog_NoLeaves();

        // Check: the caller continues the tree that is here.
        (uint64 size, bytes32 known) = _openHead();
        (bytes32 before, bytes32 root) = RFC6962.append(size, peaks, leaves);
        if (before != known) revert TransparencyLog_StalePeaks(size, known);

        // Effect and log.
        size += uint64(leaves.length);
        _moveHead(size, root);
        emit Appended(size, root, leaves);
    }

    /// @dev Whether the leaf of a statement is in this log.
    function _isIncluded(bytes32 digest, bytes32 lock, Evidence calldata evidence) internal view returns (bool) {
        bytes32 entry = Entry.entryOf(Entry.coreOf(evidence.salt, digest, sha256(evidence.signature)), lock);
        Inclusion calldata place = evidence.inclusion;
        return includes(RFC6962.leafHash(entry), place.index, place.size, place.root, place.proof);
    }
}
