// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ERC7913WebAuthnVerifier } from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol";

/// @title PasskeyVerifier
/// @notice Checks WebAuthn assertions on P-256 by the precompile at 0x100, or in Solidity where a chain lacks it. A
/// passkey's signer bytes are this contract's address followed by the key's two coordinates, 84 bytes in all.
/// @dev Stateless and without owner; requires that the authenticator verified its user.
contract PasskeyVerifier is ERC7913WebAuthnVerifier { }
