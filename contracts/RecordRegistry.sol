// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { AppendableLog } from "./AppendableLog.sol";
import { TransparencyLog } from "./TransparencyLog.sol";
import { IRecordRegistry } from "./interfaces/IRecordRegistry.sol";
import { Entry } from "./libraries/Entry.sol";
import { Signatures } from "./libraries/Signatures.sol";
import { StatementHash } from "./libraries/StatementHash.sol";
import { Evidence, IssueOutline, RecordStatus } from "./types/Evidence.sol";
import { Erasure, Issue } from "./types/Statements.sol";

/// @title RecordRegistry
/// @notice See {IRecordRegistry}.
contract RecordRegistry is IRecordRegistry, AppendableLog {
    /// @dev Marks by entry and by digest. One is SHA-256, the other Keccak-256, so that nobody can make them equal.
    mapping(bytes32 key => uint64) private _withdrawnAt;
    mapping(bytes32 key => bytes32) private _successorOf;

    constructor(address admin, address sequencer) TransparencyLog(admin, sequencer) { }

    /// @inheritdoc IRecordRegistry
    function withdraw(IssueOutline calldata issue, bytes32 salt, bytes32 signatureHash, bytes32 successor)
        external
    {
        // Check: the caller is the holder that this entry names.
        if (msg.sender != issue.holder) revert RecordRegistry_NotHolder(issue.holder, msg.sender);

        // Check: no entry corrects itself.
        bytes32 digest = _hashTypedDataV4(StatementHash.hash(issue));
        bytes32 entry = Entry.entryOf(Entry.coreOf(salt, digest, signatureHash), issue.lock);
        if (successor == entry) revert RecordRegistry_SelfSuccession(entry);

        // Effect and log.
        _mark(digest, successor);
        if (_mark(entry, successor)) emit Withdrawn(entry, successor);
    }

    /// @inheritdoc IRecordRegistry
    function withdrawnAt(bytes32 entryOrDigest) external view returns (uint64) {
        return _withdrawnAt[entryOrDigest];
    }

    /// @inheritdoc IRecordRegistry
    function successorOf(bytes32 entryOrDigest) external view returns (bytes32) {
        return _successorOf[entryOrDigest];
    }

    /// @inheritdoc IRecordRegistry
    function verify(Issue calldata issue, Evidence calldata evidence) external view returns (RecordStatus) {
        bytes32 digest = digestOfIssue(issue);
        if (!Signatures.isValid(abi.encodePacked(issue.holder), digest, evidence.signature)) {
            return RecordStatus.BadSignature;
        }
        if (!_isIncluded(digest, issue.lock, evidence)) return RecordStatus.NotIncluded;
        return _withdrawnAt[digest] == 0 ? RecordStatus.Valid : RecordStatus.Withdrawn;
    }

    /// @inheritdoc IRecordRegistry
    function digestOfIssue(Issue calldata issue) public view returns (bytes32) {
        return _hashTypedDataV4(StatementHash.hash(StatementHash.outline(issue)));
    }

    /// @inheritdoc IRecordRegistry
    function digestOfErasure(Erasure calldata erasure) external view returns (bytes32) {
        return _hashTypedDataV4(StatementHash.hash(erasure));
    }

    /// @dev The first mark stands; whether this was it.
    function _mark(bytes32 key, bytes32 successor) private returns (bool) {
        if (_withdrawnAt[key] != 0) return false;
        _withdrawnAt[key] = uint64(block.timestamp);
        if (successor != 0) _successorOf[key] = successor;
        return true;
    }
}
