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

    function entryOf() internal view returns (bytes32) {
        return entryOf(records.digestOfIssue(issue()), signedBy(HOLDER_KEY), lockOf(SECRET));
    }

    function anchored(bytes memory signature) internal returns (Evidence memory) {
        bytes32[] memory leaves = new bytes32[](1);
        bytes32 entry = entryOf(records.digestOfIssue(issue()), signature, lockOf(SECRET));
        leaves[0] = sha256(bytes.concat(hex"00", entry));
        records.append(leaves, new bytes32[](0));
        return Evidence(signature, SALT, Inclusion(0, 1, leaves[0], new bytes32[](0)));
    }

    function withdraw(bytes32 salt, bytes32 signatureHash, bytes32 successor) internal {
        IssueOutline memory about = outline();
        vm.prank(about.holder);
        records.withdraw(about, salt, signatureHash, successor);
    }

    function signatureHash() internal view returns (bytes32) {
        return sha256(signedBy(HOLDER_KEY));
    }

    // withdraw

    function test_withdraw_MarksTheEntryAndTheDigest() external {
        bytes32 entry = entryOf();
        bytes32 made = signatureHash();
        bytes32 digest = records.digestOfIssue(issue());
        records.pause();
        vm.expectEmit(true, true, true, true, address(records));
        emit IRecordRegistry.Withdrawn(entry, 0);
        withdraw(SALT, made, 0);
        require(records.withdrawnAt(entry) == NOW && records.successorOf(entry) == 0, "not marked");
        require(records.withdrawnAt(digest) == NOW && records.successorOf(digest) == 0, "the digest was not marked");
    }

    function test_withdraw_NamesTheSuccessor() external {
        (bytes32 entry, bytes32 made) = (entryOf(), signatureHash());
        vm.expectEmit(true, true, true, true, address(records));
        emit IRecordRegistry.Withdrawn(entry, keccak256("successor"));
        withdraw(SALT, made, keccak256("successor"));
        require(records.successorOf(entry) == keccak256("successor"), "no successor");
        require(records.successorOf(records.digestOfIssue(issue())) == keccak256("successor"), "no successor");
    }

    function test_withdraw_TheFirstMarkStands() external {
        withdraw(SALT, signatureHash(), 0);
        vm.warp(NOW + 5);
        withdraw(SALT, signatureHash(), keccak256("successor"));
        require(records.withdrawnAt(entryOf()) == NOW && records.successorOf(entryOf()) == 0, "marked again");
        bytes32 digest = records.digestOfIssue(issue());
        require(records.withdrawnAt(digest) == NOW && records.successorOf(digest) == 0, "the digest was marked again");
    }

    function test_withdraw_RevertWhen_AnotherCalls() external {
        IssueOutline memory about = outline();
        bytes memory refused =
            abi.encodeWithSelector(IRecordRegistry.RecordRegistry_NotHolder.selector, about.holder, STRANGER);
        vm.expectRevert(refused);
        vm.prank(STRANGER);
        records.withdraw(about, SALT, 0, 0);
        // A stranger who puts itself in the holder's place names another entry, and another digest.
        (bytes32 entry, bytes32 digest) = (entryOf(), records.digestOfIssue(issue()));
        bytes32 made = signatureHash();
        about.holder = STRANGER;
        vm.prank(STRANGER);
        records.withdraw(about, SALT, made, keccak256("successor"));
        require(records.withdrawnAt(entry) == 0 && records.withdrawnAt(digest) == 0, "a stranger withdrew it");
    }

    function test_withdraw_RevertWhen_ItIsItsOwnSuccessor() external {
        bytes32 entry = entryOf();
        bytes32 made = signatureHash();
        IssueOutline memory about = outline();
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.RecordRegistry_SelfSuccession.selector, entry));
        vm.prank(about.holder);
        records.withdraw(about, SALT, made, entry);
    }

    function test_withdraw_ByTheSecretIsNotPossible() external {
        bytes32 core = coreOf(records.digestOfIssue(issue()), signedBy(HOLDER_KEY));
        (bool withdrew,) = address(records).call(abi.encodeWithSignature("withdraw(bytes32,bytes32)", core, SECRET));
        (bool superseded,) = address(records).call(
            abi.encodeWithSignature("supersede(bytes32,bytes32,bytes32)", core, SECRET, keccak256("Mallory's"))
        );
        require(!withdrew && !superseded, "the secret does something");
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
        withdraw(SALT, signatureHash(), 0);
        require(records.verify(issue(), evidence) == RecordStatus.Withdrawn, "not withdrawn");
    }

    function test_verify_GivenATwinWasWithdrawn() external {
        Evidence memory evidence = anchored(signedBy(HOLDER_KEY));
        withdraw(keccak256("another salt"), signatureHash(), keccak256("successor"));
        require(records.verify(issue(), evidence) == RecordStatus.Withdrawn, "a twin is valid");
        withdraw(SALT, signatureHash(), 0);
        require(records.withdrawnAt(entryOf()) == NOW, "the twin's entry cannot be named");
    }
}
