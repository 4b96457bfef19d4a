// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice An accredited organisation. Public by nature: this is who may appear as holder, grantee or responder.
/// @param name What people call it.
/// @param roles Short ASCII names, left-aligned: "hospital", "trial", "insurer", "merchant", "responder", "operator".
/// @param keyDigest SHA-256 of its encryption public key; the key itself is in the event.
/// @param validFrom First second of its accreditation, UTC.
/// @param validUntil First second after it.
struct Party {
    string name;
    bytes32[] roles;
    bytes32 keyDigest;
    uint64 validFrom;
    uint64 validUntil;
}

/// @title IPartyRegistry
/// @notice Accredited organisations, in clear. The events alone suffice to rebuild the list.
interface IPartyRegistry {
    /// @notice A party was accredited.
    event PartyRegistered(
        address indexed account,
        string name,
        bytes32[] roles,
        bytes encryptionKey,
        uint64 validFrom,
        uint64 validUntil
    );

    /// @notice A party's entry was replaced whole.
    event PartyUpdated(
        address indexed account,
        string name,
        bytes32[] roles,
        bytes encryptionKey,
        uint64 validFrom,
        uint64 validUntil
    );

    /// @notice A party lost its accreditation.
    event PartyRemoved(address indexed account);

    /// @notice The account has an entry already: update it.
    error PartyRegistry_AlreadyRegistered(address account);

    /// @notice The account has no entry: register it.
    error PartyRegistry_NotRegistered(address account);

    /// @notice Nobody holds the zero account.
    error PartyRegistry_NoAccount();

    /// @notice A name has 1 to `max` bytes.
    error PartyRegistry_BadName(uint256 length, uint256 max);

    /// @notice A party has 1 to `max` roles.
    error PartyRegistry_BadRoleCount(uint256 count, uint256 max);

    /// @notice A role is not zero and is given once.
    error PartyRegistry_BadRole(bytes32 role);

    /// @notice An encryption key has at most `max` bytes.
    error PartyRegistry_KeyTooLong(uint256 length, uint256 max);

    /// @notice The window ends no later than it begins.
    error PartyRegistry_EmptyWindow(uint64 validFrom, uint64 validUntil);

    /// @notice Accredits an organisation.
    /// @dev Only a registrar, only while writes are not paused.
    /// @param encryptionKey Public key to which record keys are wrapped, such as ML-KEM-768 + X25519; may be empty.
    function register(
        address account,
        string calldata name,
        bytes32[] calldata roles,
        bytes calldata encryptionKey,
        uint64 validFrom,
        uint64 validUntil
    ) external;

    /// @notice Replaces a party's entry whole.
    /// @dev Only a registrar, only while writes are not paused.
    function update(
        address account,
        string calldata name,
        bytes32[] calldata roles,
        bytes calldata encryptionKey,
        uint64 validFrom,
        uint64 validUntil
    ) external;

    /// @notice Ends an accreditation. Only a registrar; never paused.
    function remove(address account) external;

    /// @notice The entry of `account`; all empty if it has none.
    function party(address account) external view returns (Party memory);

    /// @notice Whether `account` holds `role` at second `time`.
    function isAccredited(address account, bytes32 role, uint64 time) external view returns (bool);
}
