// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IConsentRegistry } from "./interfaces/IConsentRegistry.sol";
import { Signatures } from "./libraries/Signatures.sol";
import { ConsentStatus, Evidence, Question } from "./types/Evidence.sol";
import { Consent } from "./types/Statements.sol";

/// @title WalletPreparer
/// @notice Brings a contract wallet that signed before its deployment (ERC-6492) on chain, and asks the registry then.
/// @dev A view cannot deploy, and a registry should not call what a stranger names: so this contract does, which holds
/// nothing and may do nothing. Off chain, simulate {verify} with eth_call.
contract WalletPreparer {
    /// @notice The factory that the signature names refused to deploy the wallet.
    error WalletPreparer_DeploymentFailed(address wallet, address factory);

    /// @notice As {IConsentRegistry.verify}, once the wallet is there.
    function verify(
        IConsentRegistry registry,
        Consent calldata consent,
        Evidence calldata evidence,
        Question calldata question
    ) external returns (ConsentStatus, uint256) {
        prepare(consent.signer, evidence.signature);
        return registry.verify(consent, evidence, question);
    }

    /// @notice Deploys the wallet `signer` as its wrapped signature says; does nothing if it has code or no wrapper.
    function prepare(bytes calldata signer, bytes calldata signature) public {
        if (signer.length != 20 || !Signatures.isWrapped(signature)) return;
        address wallet = address(bytes20(signer));
        if (wallet.code.length != 0) return;
        (address factory, bytes memory call,) = abi.decode(signature[:signature.length - 32], (address, bytes, bytes));
        (bool done,) = factory.call(call);
        if (!done || wallet.code.length == 0) revert WalletPreparer_DeploymentFailed(wallet, factory);
    }
}
