// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import { SignatureChecker } from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures
/// @notice Whether an ERC-7913 signer signed a digest: a secp256k1 wallet, a contract wallet (ERC-1271, wrapped as
/// ERC-6492 or not), or a verifier with a key, such as a passkey. Never reverts on a bad signature.
library Signatures {
    bytes32 internal constant ERC6492_SUFFIX = 0x6492649264926492649264926492649264926492649264926492649264926492;
    uint256 private constant ECDSA_LENGTH = 65;
    uint256 private constant ADDRESS_LENGTH = 20;

    /// @notice Whether `signer` made `signature` over `digest`.
    /// @dev The key of an address comes first, so that an account which took on code by EIP-7702 keeps what it signed.
    /// A contract wallet must have its code by now; {WalletPreparer} brings one of ERC-6492 there.
    function isValid(bytes memory signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (signer.length == ADDRESS_LENGTH && _keySigned(address(bytes20(signer)), digest, signature)) return true;
        return SignatureChecker.isValidSignatureNow(signer, digest, inner(signature));
    }

    /// @notice The signature inside an ERC-6492 wrapper, the signature itself if unwrapped, nothing if misshapen.
    /// @dev The wrapper is abi.encode(address factory, bytes factoryCalldata, bytes signature) || suffix.
    function inner(bytes calldata signature) internal pure returns (bytes calldata) {
        if (!isWrapped(signature)) return signature;
        bytes calldata body = signature[:signature.length - 32];
        if (body.length < 0x60) return signature[:0];
        uint256 offset = uint256(bytes32(body[0x40:0x60]));
        if (offset > body.length - 0x20) return signature[:0];
        uint256 length = uint256(bytes32(body[offset:offset + 0x20]));
        if (length > body.length - offset - 0x20) return signature[:0];
        return body[offset + 0x20:offset + 0x20 + length];
    }

    /// @notice Whether the signature carries the ERC-6492 suffix.
    function isWrapped(bytes calldata signature) internal pure returns (bool) {
        return signature.length >= 32 && bytes32(signature[signature.length - 32:]) == ERC6492_SUFFIX;
    }

    /// @dev Some wallets end a signature in 0 or 1 where others end in 27 or 28.
    function _keySigned(address account, bytes32 digest, bytes calldata signature) private pure returns (bool) {
        if (signature.length != ECDSA_LENGTH) return false;
        uint8 v = uint8(signature[64]);
        if (v < 2) v += 27;
        (address signer, ECDSA.RecoverError err,) =
            ECDSA.tryRecover(digest, v, bytes32(signature[:32]), bytes32(signature[32:64]));
        return err == ECDSA.RecoverError.NoError && signer == account;
    }
}
