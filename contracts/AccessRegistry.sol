// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { TransparencyLog } from "./TransparencyLog.sol";
import { IAccessRegistry } from "./interfaces/IAccessRegistry.sol";
import { AccessStatementHash } from "./libraries/AccessStatementHash.sol";
import { AccessReceipt, Acknowledgement, Incident, IncidentExtension } from "./types/Statements.sol";

/// @title AccessRegistry
/// @notice See {IAccessRegistry}.
contract AccessRegistry is IAccessRegistry, TransparencyLog {
    constructor(address admin, address sequencer) TransparencyLog(admin, sequencer) { }

    /// @inheritdoc IAccessRegistry
    function digestOfAccessReceipt(AccessReceipt calldata receipt) external view returns (bytes32) {
        return _hashTypedDataV4(AccessStatementHash.hash(receipt));
    }

    /// @inheritdoc IAccessRegistry
    function digestOfIncident(Incident calldata incident) external view returns (bytes32) {
        return _hashTypedDataV4(AccessStatementHash.hash(incident));
    }

    /// @inheritdoc IAccessRegistry
    function digestOfIncidentExtension(IncidentExtension calldata extension) external view returns (bytes32) {
        return _hashTypedDataV4(AccessStatementHash.hash(extension));
    }

    /// @inheritdoc IAccessRegistry
    function digestOfAcknowledgement(Acknowledgement calldata made) external view returns (bytes32) {
        return _hashTypedDataV4(AccessStatementHash.hash(made));
    }
}
