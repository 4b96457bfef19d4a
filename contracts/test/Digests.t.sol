// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { AccessRegistry } from "../AccessRegistry.sol";
import { RecordRegistry } from "../RecordRegistry.sol";
import { AccessReceipt, Acknowledgement, Erasure, Incident, IncidentExtension } from "../types/Statements.sol";
import { Base } from "./Base.sol";
import { Deploy } from "./Vm.sol";

/// @notice EIP-712 digests of the statements that no other test here signs, put together by hand.
/// tests/contracts/test_typed_data_agrees.py compares all kinds with Python over random statements.
contract DigestsTest is Base {
    function digest(address registry_, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("MyData Ledger"),
                keccak256("1"),
                block.chainid,
                registry_
            )
        );
        return keccak256(bytes.concat(hex"1901", domain, structHash));
    }

    function test_Erasure() external {
        RecordRegistry records = RecordRegistry(Deploy.make("RecordRegistry", abi.encode(address(this), address(this))));
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("Erasure(bytes32 recordId,bytes signer,string cid,bytes32 keyId,uint64 erasedAt)"),
                keccak256("r"),
                keccak256(signer(SUBJECT_KEY)),
                keccak256("bafy"),
                keccak256("k"),
                NOW
            )
        );
        Erasure memory given = Erasure(keccak256("r"), signer(SUBJECT_KEY), "bafy", keccak256("k"), NOW);
        require(records.digestOfErasure(given) == digest(address(records), hash), "erasure");
    }

    function test_Incident() external {
        AccessRegistry access = AccessRegistry(Deploy.make("AccessRegistry", abi.encode(address(this), address(this))));
        bytes32 hash = keccak256(
            abi.encode(
                keccak256(
                    "Incident(address responder,bytes dataSubject,string incidentNumber,string reason,uint64 notBefore,uint64 expires)"
                ),
                STRANGER,
                keccak256(signer(SUBJECT_KEY)),
                keccak256("119-1"),
                keccak256("unconscious"),
                NOW,
                NOW + 60
            )
        );
        Incident memory given = Incident(STRANGER, signer(SUBJECT_KEY), "119-1", "unconscious", NOW, NOW + 60);
        require(access.digestOfIncident(given) == digest(address(access), hash), "incident");
    }

    function test_IncidentExtension() external {
        AccessRegistry access = AccessRegistry(Deploy.make("AccessRegistry", abi.encode(address(this), address(this))));
        bytes32 type_ = keccak256(
            "IncidentExtension(address responder,bytes dataSubject,bytes32 incident,string reason,uint64 notBefore,uint64 until)"
        );
        bytes32 subject = keccak256(signer(SUBJECT_KEY));
        bytes32 hash =
            keccak256(abi.encode(type_, STRANGER, subject, keccak256("i"), keccak256("coma"), NOW, NOW + 60));
        IncidentExtension memory given =
            IncidentExtension(STRANGER, signer(SUBJECT_KEY), keccak256("i"), "coma", NOW, NOW + 60);
        require(access.digestOfIncidentExtension(given) == digest(address(access), hash), "extension");
    }

    function test_Acknowledgement() external {
        AccessRegistry access = AccessRegistry(Deploy.make("AccessRegistry", abi.encode(address(this), address(this))));
        bytes32 type_ = keccak256("Acknowledgement(address reader,bytes32 recordId,bytes32 receipt,uint64 openedAt)");
        bytes32 hash = keccak256(abi.encode(type_, STRANGER, keccak256("r"), keccak256("e"), NOW));
        Acknowledgement memory given = Acknowledgement(STRANGER, keccak256("r"), keccak256("e"), NOW);
        require(access.digestOfAcknowledgement(given) == digest(address(access), hash), "acknowledgement");
    }

    function test_AccessReceipt() external {
        AccessRegistry access = AccessRegistry(Deploy.make("AccessRegistry", abi.encode(address(this), address(this))));
        AccessReceipt memory given;
        given.requester = STRANGER;
        given.category = "health.lab";
        given.permitted = true;
        given.consents = new bytes32[](1);
        given.decidedAt = NOW;
        bytes32 no = keccak256("");
        bytes32 consents = keccak256(abi.encode(bytes32(0)));
        bytes32 type_ = keccak256(
            "AccessReceipt(bytes32 requestId,address requester,bytes dataSubject,bytes32 recordId,string category,string purpose,string action,bytes32 justification,bool permitted,string reason,bytes32[] consents,uint64 consentsSize,uint64 recordsSize,uint64 block,uint64 decidedAt)"
        );
        bytes memory left = abi.encode(type_, 0, STRANGER, no, 0, keccak256("health.lab"), no, no);
        bytes memory right = abi.encode(0, true, no, consents, 0, 0, 0, NOW);
        bytes32 hash = keccak256(bytes.concat(left, right));
        require(access.digestOfAccessReceipt(given) == digest(address(access), hash), "receipt");
    }
}
