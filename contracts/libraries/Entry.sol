// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Entry
/// @notice How a signed statement becomes an entry that tells a stranger nothing.
/// @dev The inputs have 96, 64 and 32 bytes, so that no value of one kind is one of another.
library Entry {
    /// @notice SHA-256(salt || digest || SHA-256(signature)).
    /// @param signatureHash SHA-256 of the bytes the signer's wallet returned.
    function coreOf(bytes32 salt, bytes32 digest, bytes32 signatureHash) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(salt, digest, signatureHash));
    }

    /// @notice SHA-256(secret): what a statement carries, and the secret opens.
    function lockOf(bytes32 secret) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(secret));
    }

    /// @notice SHA-256(core || lock): the statement's public name.
    function entryOf(bytes32 core, bytes32 lock) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(core, lock));
    }
}
