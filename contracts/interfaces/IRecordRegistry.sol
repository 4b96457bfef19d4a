// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Evidence, IssueOutline, RecordStatus } from "../types/Evidence.sol";
import { Erasure, Issue } from "../types/Statements.sol";
import { IAppendableLog } from "./IAppendableLog.sol";

/// @title IRecordRegistry
/// @notice The log of issued records and erasures, and the marks of what its holder withdrew or corrected.
interface IRecordRegistry is IAppendableLog {
    /// @notice The holder withdrew the record of this entry, and of every other entry of the same digest.
    /// @param successor Entry that corrects it; zero if none.
    event Withdrawn(bytes32 indexed entry, bytes32 successor);

    /// @notice Only the holder named in the issue may withdraw it.
    error RecordRegistry_NotHolder(address holder, address caller);

    /// @notice An entry cannot correct itself.
    error RecordRegistry_SelfSuccession(bytes32 entry);

    /// @notice Withdraws a record, called by the holder itself, who alone names what corrects it.
    /// @dev Marks the entry, and the digest for all entries of this issue. The first mark stands. Works before the entry
    /// is in the log, and while writes are paused. The lock of an issue has no part in it.
    /// PRIVACY: shows the holder beside unblinded hashes of the issue's members. Whoever can guess the data subject's
    /// signer bytes can confirm the guess; and that two entries are versions of one record.
    /// @param issue The issue, readable members hashed.
    /// @param salt The salt of its entry.
    /// @param signatureHash SHA-256 of its signature.
    /// @param successor Entry of the corrected record; zero if none.
    function withdraw(IssueOutline calldata issue, bytes32 salt, bytes32 signatureHash, bytes32 successor) external;

    /// @notice Block time in UTC seconds at which a record was withdrawn; 0 if it was not.
    /// @param entryOrDigest The EIP-712 digest of its issue, or where that is not known its entry, which is marked only if
    /// the holder named that same entry.
    function withdrawnAt(bytes32 entryOrDigest) external view returns (uint64);

    /// @notice Entry that corrects a record; zero if none.
    /// @param entryOrDigest As in {withdrawnAt}.
    function successorOf(bytes32 entryOrDigest) external view returns (bytes32);

    /// @notice Whether an issue was signed by its holder, is in this log, and was not withdrawn.
    /// @dev The caller MUST know that the holder was accredited when it signed: ask the PartyRegistry.
    function verify(Issue calldata issue, Evidence calldata evidence) external view returns (RecordStatus);

    /// @notice EIP-712 digest of an issue in this registry's domain: what a holder signs.
    function digestOfIssue(Issue calldata issue) external view returns (bytes32);

    /// @notice EIP-712 digest of an erasure.
    function digestOfErasure(Erasure calldata erasure) external view returns (bytes32);
}
