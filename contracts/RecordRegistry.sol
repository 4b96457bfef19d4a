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
    mapping(bytes32 entry => uint64) private _withdrawnAt;
    mapping(bytes32 entry => bytes32) private _successorOf;

    constructor(address admin, address sequencer) TransparencyLog(admin, sequencer) { }

    /// @inheritdoc IRecordRegistry
    function withdraw(bytes32 core, bytes32 secret) external {
        _withdraw(Entry.entryOf(core, Entry.lockOf(secret)), 0);
    }

    /// @inheritdoc IRecordRegistry
    function supersede(bytes32 core, bytes32 secret, bytes32 successor) external {
        _withdraw(Entry.entryOf(core, Entry.lockOf(secret)), successor);
    }

    /// @inheritdoc IRecordRegistry
    function withdrawAsHolder(IssueOutline calldata issue, bytes32 salt, bytes32 signatureHash, bytes32 successor)
        external
    {
        // Check: the caller is the holder that this entry names.
        if (msg.sender != issue.holder) revert RecordRegistry_NotHolder(issue.holder, msg.sender);

        // Effect and log.
        bytes32 digest = _hashTypedDataV4(StatementHash.hash(issue));
        _withdraw(Entry.entryOf(Entry.coreOf(salt, digest, signatureHash), issue.lock), successor);
    }

    /// @inheritdoc IRecordRegistry
    function withdrawnAt(bytes32 entry) external view returns (uint64) {
        return _withdrawnAt[entry];
    }

    /// @inheritdoc IRecordRegistry
    function successorOf(bytes32 entry) external view returns (bytes32) {
        return _successorOf[entry];
    }

    /// @inheritdoc IRecordRegistry
    function verify(Issue calldata issue, Evidence calldata evidence) external view returns (RecordStatus) {
        bytes32 digest = digestOfIssue(issue);
        if (!Signatures.isValid(abi.encodePacked(issue.holder), digest, evidence.signature)) {
            return RecordStatus.BadSignature;
        }
        (bytes32 entry, bool included) = _locate(digest, issue.lock, evidence);
        if (!included) return RecordStatus.NotIncluded;
        return _withdrawnAt[entry] == 0 ? RecordStatus.Valid : RecordStatus.Withdrawn;
    }

    /// @inheritdoc IRecordRegistry
    function digestOfIssue(Issue calldata issue) public view returns (bytes32) {
        return _hashTypedDataV4(StatementHash.hash(StatementHash.outline(issue)));
    }

    /// @inheritdoc IRecordRegistry
    function digestOfErasure(Erasure calldata erasure) external view returns (bytes32) {
        return _hashTypedDataV4(StatementHash.hash(erasure));
    }

    /// @dev The first mark stands.
    function _withdraw(bytes32 entry, bytes32 successor) private {
        if (_withdrawnAt[entry] != 0) return;
        if (successor == entry) revert RecordRegistry_SelfSuccession(entry);
        _withdrawnAt[entry] = uint64(block.timestamp);
        if (successor != 0) _successorOf[entry] = successor;
        emit Withdrawn(entry, successor);
    }
}
