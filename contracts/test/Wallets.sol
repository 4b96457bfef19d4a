// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IERC1271 } from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A contract wallet of several owners, whose signature is all of theirs, one after the other.
contract SharedWallet is IERC1271 {
    address[] private _owners;

    constructor(address[] memory owners) {
        _owners = owners;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65 * _owners.length) return 0xffffffff;
        for (uint256 i = 0; i < _owners.length; ++i) {
            if (ECDSA.recover(digest, signature[65 * i:65 * (i + 1)]) != _owners[i]) return 0xffffffff;
        }
        return IERC1271.isValidSignature.selector;
    }
}

/// @notice Makes shared wallets at addresses known before.
contract WalletFactory {
    error NoOwners();

    function make(address[] calldata owners) external returns (address) {
        if (owners.length == 0) revert NoOwners();
        return address(new SharedWallet{ salt: 0 }(owners));
    }

    function nothing() external { }

    function addressOf(address[] calldata owners) external view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(SharedWallet).creationCode, abi.encode(owners)));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), bytes32(0), code)))));
    }
}

/// @notice Code that an account may take on by EIP-7702 and that knows nothing of signatures.
contract Forwarder {
    receive() external payable { }
}
