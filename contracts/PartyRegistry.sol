// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Multicall } from "@openzeppelin/contracts/utils/Multicall.sol";

import { Governed } from "./Governed.sol";
import { IPartyRegistry, Party } from "./interfaces/IPartyRegistry.sol";

/// @title PartyRegistry
/// @notice See {IPartyRegistry}. Many calls fit in one transaction by {multicall}.
contract PartyRegistry is IPartyRegistry, Governed, Multicall {
    /// @notice May register, update and remove parties.
    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");

    /// @notice Most bytes of a name.
    uint256 public constant MAX_NAME = 200;

    /// @notice Most roles of one party.
    uint256 public constant MAX_ROLES = 16;

    /// @notice Most bytes of an encryption key; ML-KEM-768 + X25519 has 1,216.
    uint256 public constant MAX_KEY = 2048;

    bool private _paused;
    mapping(address account => Party) private _parties;

    modifier whenNotPaused() {
        if (_paused) revert Governed_WritesPaused();
        _;
    }

    constructor(address admin) Governed(admin) {
        _grantRole(REGISTRAR_ROLE, admin);
    }

    /// @inheritdoc IPartyRegistry
    function register(
        address account,
        string calldata name,
        bytes32[] calldata roles,
        bytes calldata encryptionKey,
        uint64 validFrom,
        uint64 validUntil
    ) external onlyRole(REGISTRAR_ROLE) whenNotPaused {
        if (account == address(0)) revert PartyRegistry_NoAccount();
        if (_isRegistered(account)) revert PartyRegistry_AlreadyRegistered(account);
        _write(account, name, roles, encryptionKey, validFrom, validUntil);
        emit PartyRegistered(account, name, roles, encryptionKey, validFrom, validUntil);
    }

    /// @inheritdoc IPartyRegistry
    function update(
        address account,
        string calldata name,
        bytes32[] calldata roles,
        bytes calldata encryptionKey,
        uint64 validFrom,
        uint64 validUntil
    ) external onlyRole(REGISTRAR_ROLE) whenNotPaused {
        if (!_isRegistered(account)) revert PartyRegistry_NotRegistered(account);
        _write(account, name, roles, encryptionKey, validFrom, validUntil);
        emit PartyUpdated(account, name, roles, encryptionKey, validFrom, validUntil);
    }

    /// @inheritdoc IPartyRegistry
    function remove(address account) external onlyRole(REGISTRAR_ROLE) {
        if (!_isRegistered(account)) revert PartyRegistry_NotRegistered(account);
        delete _parties[account];
        emit PartyRemoved(account);
    }

    /// @inheritdoc IPartyRegistry
    function party(address account) external view returns (Party memory) {
        return _parties[account];
    }

    /// @inheritdoc IPartyRegistry
    function isAccredited(address account, bytes32 role, uint64 time) external view returns (bool) {
        Party storage entry = _parties[account];
        if (time < entry.validFrom || time >= entry.validUntil) return false;
        for (uint256 i = 0; i < entry.roles.length; ++i) {
            if (entry.roles[i] == role) return true;
        }
        return false;
    }

    /// @dev See {IGoverned}.
    function paused() external view override returns (bool) {
        return _paused;
    }

    function _setPaused(bool value) internal override {
        _paused = value;
    }

    /// @dev A window always ends after second 0, so that an entry is known by its end.
    function _isRegistered(address account) private view returns (bool) {
        return _parties[account].validUntil != 0;
    }

    function _write(
        address account,
        string calldata name,
        bytes32[] calldata roles,
        bytes calldata encryptionKey,
        uint64 validFrom,
        uint64 validUntil
    ) private {
        // Check: within bounds, nothing empty, nothing twice.
        uint256 length = bytes(name).length;
        if (length == 0 || length > MAX_NAME) revert PartyRegistry_BadName(length, MAX_NAME);
        if (roles.length == 0 || roles.length > MAX_ROLES) revert PartyRegistry_BadRoleCount(roles.length, MAX_ROLES);
        if (encryptionKey.length > MAX_KEY) revert PartyRegistry_KeyTooLong(encryptionKey.length, MAX_KEY);
        if (validUntil <= validFrom) revert PartyRegistry_EmptyWindow(validFrom, validUntil);
        _checkRoles(roles);

        // Effect: the entry is replaced whole.
        _parties[account] = Party({
            name: name,
            roles: roles,
            keyDigest: sha256(encryptionKey),
            validFrom: validFrom,
            validUntil: validUntil
        });
    }

    function _checkRoles(bytes32[] calldata roles) private pure {
        for (uint256 i = 0; i < roles.length; ++i) {
            if (roles[i] == 0) revert PartyRegistry_BadRole(roles[i]);
            for (uint256 j = 0; j < i; ++j) {
                if (roles[i] == roles[j]) revert PartyRegistry_BadRole(roles[i]);
            }
        }
    }
}
