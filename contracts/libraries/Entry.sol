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
    function lockOf(bytes32 secret) internal view returns (bytes32) {
        return _sha256(secret, 0, 0x20);
    }

    /// @notice SHA-256(core || lock): the statement's public name.
    function entryOf(bytes32 core, bytes32 lock) internal view returns (bytes32) {
        return _sha256(core, lock, 0x40);
    }

    /// @dev `sha256` of the first `size` bytes of the two words, without taking new memory.
    function _sha256(bytes32 first, bytes32 second, uint256 size) private view returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0x00, first)
            mstore(0x20, second)
            if iszero(staticcall(gas(), 0x02, 0x00, size, 0x00, 0x20)) { revert(0x00, 0x00) }
            hash := mload(0x00)
        }
    }
}
