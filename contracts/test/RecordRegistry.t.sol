// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { RecordRegistry } from "../RecordRegistry.sol";
import { IRecordRegistry } from "../interfaces/IRecordRegistry.sol";
import { Evidence, Inclusion, IssueOutline, RecordStatus } from "../types/Evidence.sol";
import { Issue } from "../types/Statements.sol";
import { Base } from "./Base.sol";
import { Deploy } from "./Vm.sol";

contract RecordRegistryTest is Base {
    uint256 private constant HOLDER_KEY = 0x405917A1;

    RecordRegistry private records;

    function setUp() public override {
        vm.warp(NOW);
        records = RecordRegistry(Deploy.make("RecordRegistry", abi.encode(address(this), address(this))));
    }

    function issue() internal pure returns (Issue memory) {
        return Issue({
            recordId: keccak256("record"),
            dataSubject: signer(SUBJECT_KEY),
            holder: vm.addr(HOLDER_KEY),
            category: "health.lab",
            dataFrom: 100,
            dataUntil: 200,
            commitment: keccak256("commitment"),
            cid: "bafkreiexample",
            supersedes: 0,
            issuedAt: NOW,
            lock: lockOf(SECRET)
        });
    }

    function outline() internal pure returns (IssueOutline memory) {
        Issue memory given = issue();
        return IssueOutline({
            recordId: given.recordId,
            dataSubject: keccak256(given.dataSubject),
            holder: given.holder,
            category: keccak256(bytes(given.category)),
            dataFrom: given.dataFrom,
            dataUntil: given.dataUntil,
            commitment: given.commitment,
            cid: keccak256(bytes(given.cid)),
            supersedes: given.supersedes,
            issuedAt: given.issuedAt,
            lock: given.lock
        });
    }

    function signedBy(uint256 key) internal view returns (bytes memory) {
        return sign(key, records.digestOfIssue(issue()));
    }

    function names() internal view returns (bytes32 core, bytes32 entry) {
        bytes32 digest = records.digestOfIssue(issue());
        core = coreOf(digest, signedBy(HOLDER_KEY));
        entry = entryOf(digest, signedBy(HOLDER_KEY), lockOf(SECRET));
    }

    function anchored(bytes memory signature) internal returns (Evidence memory) {
        bytes32[] memory leaves = new bytes32[](1);
        bytes32 entry = entryOf(records.digestOfIssue(issue()), signature, lockOf(SECRET));
        leaves[0] = sha256(bytes.concat(hex"00", entry));
        records.append(leaves, new bytes32[](0));
        return Evidence(signature, SALT, Inclusion(0, 1, leaves[0], new bytes32[](0)));
    }

    // by secret

    function test_withdraw_MarksTheEntry() external {
        (bytes32 core, bytes32 entry) = names();
        vm.expectEmit(true, true, true, true, address(records));
        emit IRecordRegistry.Withdrawn(entry, 0);
        vm.prank(STRANGER);
        records.withdraw(core, SECRET);
        require(records.withdrawnAt(entry) == NOW && records.successorOf(entry) == 0, "not marked");
    }

    function test_withdraw_TheFirstMarkStands() external {
        (bytes32 core, bytes32 entry) = names();
        records.pause();
        records.withdraw(core, SECRET);
        vm.warp(NOW + 5);
        records.supersede(core, SECRET, keccak256("successor"));
        require(records.withdrawnAt(entry) == NOW && records.successorOf(entry) == 0, "marked again");
    }

    function test_withdraw_WhenTheSecretIsAnother() external {
        (bytes32 core, bytes32 entry) = names();
        records.withdraw(core, keccak256("guess"));
        require(records.withdrawnAt(entry) == 0, "opened by a guess");
    }

    function test_supersede_NamesTheSuccessor() external {
        (bytes32 core, bytes32 entry) = names();
        records.supersede(core, SECRET, keccak256("successor"));
        require(records.withdrawnAt(entry) == NOW, "not marked");
        require(records.successorOf(entry) == keccak256("successor"), "no successor");
    }

    function test_supersede_RevertWhen_ItIsItself() external {
        (bytes32 core, bytes32 entry) = names();
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.RecordRegistry_SelfSuccession.selector, entry));
        records.supersede(core, SECRET, entry);
    }

    // by the holder

    function test_withdrawAsHolder_MarksTheEntry() external {
        (, bytes32 entry) = names();
        bytes32 signatureHash = sha256(signedBy(HOLDER_KEY));
        IssueOutline memory about = outline();
        vm.prank(about.holder);
        records.withdrawAsHolder(about, SALT, signatureHash, keccak256("successor"));
        require(records.withdrawnAt(entry) == NOW, "not marked");
        require(records.successorOf(entry) == keccak256("successor"), "no successor");
    }

    function test_withdrawAsHolder_RevertWhen_AnotherCalls() external {
        IssueOutline memory about = outline();
        vm.expectRevert(
            abi.encodeWithSelector(IRecordRegistry.RecordRegistry_NotHolder.selector, about.holder, STRANGER)
        );
        vm.prank(STRANGER);
        records.withdrawAsHolder(about, SALT, 0, 0);
    }

    // verify

    function test_verify_SaysValid() external {
        require(records.verify(issue(), anchored(signedBy(HOLDER_KEY))) == RecordStatus.Valid, "not valid");
    }

    function test_verify_WhenAnotherSigned() external {
        require(records.verify(issue(), anchored(signedBy(SUBJECT_KEY))) == RecordStatus.BadSignature, "signature");
    }

    function test_verify_WhenNotInTheLog() external {
        Evidence memory evidence = anchored(signedBy(HOLDER_KEY));
        evidence.salt = 0;
        require(records.verify(issue(), evidence) == RecordStatus.NotIncluded, "included");
    }

    function test_verify_GivenWithdrawn() external {
        Evidence memory evidence = anchored(signedBy(HOLDER_KEY));
        (bytes32 core,) = names();
        records.withdraw(core, SECRET);
        require(records.verify(issue(), evidence) == RecordStatus.Withdrawn, "not withdrawn");
    }
}
