// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { AccessReceipt, Acknowledgement, Incident, IncidentExtension } from "../types/Statements.sol";
import { ITransparencyLog } from "./ITransparencyLog.sol";

/// @title IAccessRegistry
/// @notice The log of access receipts, their acknowledgements, incidents and their extensions. Its leaves stay off chain; only its head comes here.
interface IAccessRegistry is ITransparencyLog {
    /// @notice EIP-712 digest of an access receipt in this registry's domain: what the operator's gateway signs.
    function digestOfAccessReceipt(AccessReceipt calldata receipt) external view returns (bytes32);

    /// @notice EIP-712 digest of an incident: what a responder signs.
    function digestOfIncident(Incident calldata incident) external view returns (bytes32);

    /// @notice EIP-712 digest of the extension of an incident: what the responder signs who declared it.
    function digestOfIncidentExtension(IncidentExtension calldata extension) external view returns (bytes32);

    /// @notice EIP-712 digest of an acknowledgement: what a reader signs who opened what a receipt released.
    function digestOfAcknowledgement(Acknowledgement calldata made) external view returns (bytes32);
}
