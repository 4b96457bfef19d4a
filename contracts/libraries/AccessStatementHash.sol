// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { AccessReceipt, Acknowledgement, Incident, IncidentExtension } from "../types/Statements.sol";

/// @title AccessStatementHash
/// @notice EIP-712 hashStruct of the statements of the access log.
library AccessStatementHash {
    bytes32 private constant ACCESS_RECEIPT_TYPE = keccak256(
        "AccessReceipt(bytes32 requestId,address requester,bytes dataSubject,bytes32 recordId,string category,string purpose,string action,bytes32 justification,bool permitted,string reason,bytes32[] consents,uint64 consentsSize,uint64 recordsSize,uint64 block,uint64 decidedAt)"
    );
    bytes32 private constant INCIDENT_TYPE = keccak256(
        "Incident(address responder,bytes dataSubject,string incidentNumber,string reason,uint64 notBefore,uint64 expires)"
    );
    bytes32 private constant INCIDENT_EXTENSION_TYPE = keccak256(
        "IncidentExtension(address responder,bytes dataSubject,bytes32 incident,string reason,uint64 notBefore,uint64 until)"
    );
    bytes32 private constant ACKNOWLEDGEMENT_TYPE =
        keccak256("Acknowledgement(address reader,bytes32 recordId,bytes32 receipt,uint64 openedAt)");

    /// @notice hashStruct of an access receipt.
    function hash(AccessReceipt calldata receipt) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ACCESS_RECEIPT_TYPE,
                receipt.requestId,
                receipt.requester,
                keccak256(receipt.dataSubject),
                receipt.recordId,
                keccak256(bytes(receipt.category)),
                keccak256(bytes(receipt.purpose)),
                keccak256(bytes(receipt.action)),
                receipt.justification,
                receipt.permitted,
                keccak256(bytes(receipt.reason)),
                keccak256(abi.encodePacked(receipt.consents)),
                receipt.consentsSize,
                receipt.recordsSize,
                receipt.block,
                receipt.decidedAt
            )
        );
    }

    /// @notice hashStruct of an incident.
    function hash(Incident calldata incident) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                INCIDENT_TYPE,
                incident.responder,
                keccak256(incident.dataSubject),
                keccak256(bytes(incident.incidentNumber)),
                keccak256(bytes(incident.reason)),
                incident.notBefore,
                incident.expires
            )
        );
    }

    /// @notice hashStruct of the extension of an incident.
    function hash(IncidentExtension calldata extension) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                INCIDENT_EXTENSION_TYPE,
                extension.responder,
                keccak256(extension.dataSubject),
                extension.incident,
                keccak256(bytes(extension.reason)),
                extension.notBefore,
                extension.until
            )
        );
    }

    /// @notice hashStruct of an acknowledgement.
    function hash(Acknowledgement calldata made) internal pure returns (bytes32) {
        return
            keccak256(abi.encode(ACKNOWLEDGEMENT_TYPE, made.reader, made.recordId, made.receipt, made.openedAt));
    }
}
