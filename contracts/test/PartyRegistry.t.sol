// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { PartyRegistry } from "../PartyRegistry.sol";
import { IGoverned } from "../interfaces/IGoverned.sol";
import { IPartyRegistry, Party } from "../interfaces/IPartyRegistry.sol";
import { Base } from "./Base.sol";
import { Deploy } from "./Vm.sol";

contract PartyRegistryTest is Base {
    address private constant HOSPITAL = address(0x405);
    uint64 private constant UNTIL = NOW + 100;

    PartyRegistry private parties;
    bytes32[] private roles;
    bytes private key = new bytes(1216);

    function setUp() public override {
        vm.warp(NOW);
        parties = PartyRegistry(Deploy.make("PartyRegistry", abi.encode(address(this))));
        roles.push("hospital");
        roles.push("researcher");
        key[7] = 0x77;
    }

    function register() internal {
        parties.register(HOSPITAL, "Seoul Hospital", roles, key, NOW, UNTIL);
    }

    function expectRefusal(bytes memory refusal) internal {
        vm.expectRevert(refusal);
    }

    // register

    function test_register_RevertWhen_CallerIsNoRegistrar() external {
        expectRefusal(unauthorized(STRANGER, parties.REGISTRAR_ROLE()));
        vm.prank(STRANGER);
        register();
    }

    function test_register_RevertGiven_Paused() external {
        parties.pause();
        require(parties.paused(), "not paused");
        expectRefusal(abi.encodeWithSelector(IGoverned.Governed_WritesPaused.selector));
        register();
    }

    function test_register_RevertWhen_NoAccount() external {
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_NoAccount.selector));
        parties.register(address(0), "Nobody", roles, key, NOW, UNTIL);
    }

    function test_register_RevertGiven_Registered() external {
        register();
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_AlreadyRegistered.selector, HOSPITAL));
        register();
    }

    function test_register_RevertWhen_NameOutOfBounds() external {
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_BadName.selector, 0, 200));
        parties.register(HOSPITAL, "", roles, key, NOW, UNTIL);
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_BadName.selector, 201, 200));
        parties.register(HOSPITAL, string(new bytes(201)), roles, key, NOW, UNTIL);
        parties.register(HOSPITAL, string(new bytes(200)), roles, key, NOW, UNTIL);
    }

    function test_register_RevertWhen_RoleCountOutOfBounds() external {
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_BadRoleCount.selector, 0, 16));
        parties.register(HOSPITAL, "Seoul Hospital", new bytes32[](0), key, NOW, UNTIL);
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_BadRoleCount.selector, 17, 16));
        parties.register(HOSPITAL, "Seoul Hospital", new bytes32[](17), key, NOW, UNTIL);
        bytes32[] memory most = new bytes32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            most[i] = bytes32(i + 1);
        }
        parties.register(HOSPITAL, "Seoul Hospital", most, key, NOW, UNTIL);
    }

    function test_register_RevertWhen_RoleIsBad() external {
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_BadRole.selector, bytes32(0)));
        parties.register(HOSPITAL, "Seoul Hospital", new bytes32[](1), key, NOW, UNTIL);
        roles.push("hospital");
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_BadRole.selector, bytes32("hospital")));
        register();
    }

    function test_register_RevertWhen_KeyIsTooLong() external {
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_KeyTooLong.selector, 2049, 2048));
        parties.register(HOSPITAL, "Seoul Hospital", roles, new bytes(2049), NOW, UNTIL);
        parties.register(HOSPITAL, "Seoul Hospital", roles, new bytes(2048), NOW, UNTIL);
    }

    function test_register_RevertWhen_WindowIsEmpty() external {
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_EmptyWindow.selector, NOW, NOW));
        parties.register(HOSPITAL, "Seoul Hospital", roles, key, NOW, NOW);
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_EmptyWindow.selector, 0, 0));
        parties.register(HOSPITAL, "Seoul Hospital", roles, key, 0, 0);
        parties.register(HOSPITAL, "Seoul Hospital", roles, key, 0, 1);
    }

    function test_register_KeepsTheEntry() external {
        register();
        Party memory entry = parties.party(HOSPITAL);
        require(keccak256(bytes(entry.name)) == keccak256("Seoul Hospital"), "name");
        require(entry.roles.length == 2 && entry.roles[1] == "researcher", "roles");
        require(entry.keyDigest == sha256(key) && entry.validFrom == NOW && entry.validUntil == UNTIL, "entry");
    }

    function test_register_EmitsTheWholeKey() external {
        vm.expectEmit(true, true, true, true, address(parties));
        emit IPartyRegistry.PartyRegistered(HOSPITAL, "Seoul Hospital", roles, key, NOW, UNTIL);
        register();
    }

    // update

    function test_update_RevertGiven_NotRegistered() external {
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_NotRegistered.selector, HOSPITAL));
        parties.update(HOSPITAL, "Seoul Hospital", roles, key, NOW, UNTIL);
    }

    function test_update_RevertGiven_PausedOrStranger() external {
        register();
        expectRefusal(unauthorized(STRANGER, parties.REGISTRAR_ROLE()));
        vm.prank(STRANGER);
        parties.update(HOSPITAL, "Seoul Hospital", roles, key, NOW, UNTIL);
        parties.pause();
        expectRefusal(abi.encodeWithSelector(IGoverned.Governed_WritesPaused.selector));
        parties.update(HOSPITAL, "Seoul Hospital", roles, key, NOW, UNTIL);
        parties.unpause();
        parties.update(HOSPITAL, "Seoul Hospital", roles, key, NOW, UNTIL);
    }

    function test_update_ReplacesTheEntry() external {
        register();
        roles.pop();
        vm.expectEmit(true, true, true, true, address(parties));
        emit IPartyRegistry.PartyUpdated(HOSPITAL, "Busan Hospital", roles, "", NOW + 1, UNTIL + 1);
        parties.update(HOSPITAL, "Busan Hospital", roles, "", NOW + 1, UNTIL + 1);
        Party memory entry = parties.party(HOSPITAL);
        require(entry.roles.length == 1 && entry.keyDigest == sha256(""), "not replaced");
        require(!parties.isAccredited(HOSPITAL, "researcher", NOW + 1), "a role was left over");
    }

    // remove

    function test_remove_RevertGiven_NotRegistered() external {
        expectRefusal(abi.encodeWithSelector(IPartyRegistry.PartyRegistry_NotRegistered.selector, HOSPITAL));
        parties.remove(HOSPITAL);
    }

    function test_remove_RevertWhen_CallerIsNoRegistrar() external {
        register();
        expectRefusal(unauthorized(STRANGER, parties.REGISTRAR_ROLE()));
        vm.prank(STRANGER);
        parties.remove(HOSPITAL);
    }

    function test_remove_ForgetsTheEntry() external {
        register();
        parties.pause();
        vm.expectEmit(true, true, true, true, address(parties));
        emit IPartyRegistry.PartyRemoved(HOSPITAL);
        parties.remove(HOSPITAL);
        require(parties.party(HOSPITAL).validUntil == 0, "still there");
        require(!parties.isAccredited(HOSPITAL, "hospital", NOW), "still accredited");
    }

    // reads

    function test_isAccredited_WithinTheWindow() external {
        register();
        require(!parties.isAccredited(HOSPITAL, "hospital", NOW - 1), "before");
        require(parties.isAccredited(HOSPITAL, "hospital", NOW), "first second");
        require(parties.isAccredited(HOSPITAL, "researcher", UNTIL - 1), "last second");
        require(!parties.isAccredited(HOSPITAL, "hospital", UNTIL), "after");
    }

    function test_isAccredited_AnotherRoleOrAccount() external {
        register();
        require(!parties.isAccredited(HOSPITAL, "insurer", NOW), "role");
        require(!parties.isAccredited(STRANGER, "hospital", NOW), "account");
    }

    function test_multicall_RegistersMany() external {
        bytes[] memory calls = new bytes[](2);
        for (uint160 i = 0; i < 2; ++i) {
            calls[i] =
                abi.encodeCall(IPartyRegistry.register, (address(i + 1), "Party", roles, key, NOW, UNTIL));
        }
        parties.multicall(calls);
        require(parties.isAccredited(address(1), "hospital", NOW), "first");
        require(parties.isAccredited(address(2), "hospital", NOW), "second");
    }
}
