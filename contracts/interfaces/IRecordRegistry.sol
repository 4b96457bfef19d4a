// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Evidence, IssueOutline, RecordStatus } from "../types/Evidence.sol";
import { Erasure, Issue } from "../types/Statements.sol";
import { IAppendableLog } from "./IAppendableLog.sol";

/// @title IRecordRegistry
/// @notice The log of issued records and erasures, and the marks of what its holder withdrew or corrected.
interface IRecordRegistry is IAppendableLog {
    /// @notice The holder withdrew the record of this entry.
    /// @param successor Entry that corrects it; zero if none.
    event Withdrawn(bytes32 indexed entry, bytes32 successor);

    /// @notice Only the holder named in the issue may withdraw it without its secret.
    error RecordRegistry_NotHolder(address holder, address caller);

    /// @notice An entry cannot correct itself.
    error RecordRegistry_SelfSuccession(bytes32 entry);

    /// @notice Withdraws a record by revealing the secret of its lock.
    /// @dev Anyone may relay it; the first mark stands. Works while writes are paused.
    function withdraw(bytes32 core, bytes32 secret) external;

    /// @notice Withdraws a record by its secret in favour of a corrected one.
    /// @dev PRIVACY: shows that two entries are versions of one record, and nothing else about them.
    /// @param successor Entry of the corrected record.
    function supersede(bytes32 core, bytes32 secret, bytes32 successor) external;

    /// @notice Withdraws a record whose secret is lost, called by the holder itself.
    /// @dev PRIVACY: shows the holder beside unblinded hashes of the issue's members. Whoever can guess the data
    /// subject's signer bytes can confirm the guess. Use {withdraw} whenever the secret is at hand.
    /// @param issue The issue, readable members hashed.
    /// @param salt The salt of its entry.
    /// @param signatureHash SHA-256 of its signature.
    /// @param successor Entry of the corrected record; zero if none.
    function withdrawAsHolder(IssueOutline calldata issue, bytes32 salt, bytes32 signatureHash, bytes32 successor)
        external;

    /// @notice Block time in UTC seconds at which the record of `entry` was withdrawn; 0 if it was not.
    function withdrawnAt(bytes32 entry) external view returns (uint64);

    /// @notice Entry that corrects the record of `entry`; zero if none.
    function successorOf(bytes32 entry) external view returns (bytes32);

    /// @notice Whether an issue was signed by its holder, is in this log, and was not withdrawn.
    /// @dev The caller MUST know that the holder was accredited when it signed: ask the PartyRegistry.
    function verify(Issue calldata issue, Evidence calldata evidence) external view returns (RecordStatus);

    /// @notice EIP-712 digest of an issue in this registry's domain: what a holder signs.
    function digestOfIssue(Issue calldata issue) external view returns (bytes32);

    /// @notice EIP-712 digest of an erasure.
    function digestOfErasure(Erasure calldata erasure) external view returns (bytes32);
}
