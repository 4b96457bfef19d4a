// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ConsentRegistry } from "../ConsentRegistry.sol";
import { ConsentOutline, Opening, RevocationOutline } from "../types/Evidence.sol";
import { ReferenceTree } from "./ReferenceTree.sol";
import { Deploy, Vm } from "./Vm.sol";

/// @notice Everyone who may try something, and what they should have achieved.
contract Crowd {
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    uint256 private constant MOST_LEAVES = 40;
    bytes32 private constant CONSENT_TYPE = keccak256(
        "Consent(bytes dataSubject,bytes signer,string grantee,string granteeName,uint64 version,bytes32 previous,Grant[] grants,bytes32 noticeHash,string noticeLanguage,uint64 signedAt,bytes32 lock)Grant(string effect,string[] categories,string[] purposes,string[] actions,uint64 notBefore,uint64 expires,uint64 dataFrom,uint64 dataUntil,bytes32[] records,string[] conditions)"
    );
    bytes32 private constant REVOCATION_TYPE = keccak256(
        "Revocation(bytes dataSubject,bytes signer,string grantee,string granteeName,uint64 version,bytes32 consent,bytes32 secret,uint64 signedAt)"
    );
    uint256 public constant CONSENTS = 4;
    uint256 private constant SUBJECT = 0xA11CE;
    uint256 private constant DELEGATE = 0xDE1E6A7E;
    uint256 private constant STRANGER = 0x57A6E2;
    uint256 private constant SECOND = 0x5EC0;

    ConsentRegistry public immutable registry =
        ConsentRegistry(Deploy.make("ConsentRegistry", abi.encode(address(this), address(this))));
    bytes32[] public leaves;
    uint64[] public sizes;
    mapping(uint64 size => uint64) public timeOf;
    mapping(uint256 consent => uint64) public endedAt;
    bool public movedWhilePaused;
    bool public movedWithoutTheRole;
    uint64 private _time = 1_700_000_000;

    function leafList() external view returns (bytes32[] memory) {
        return leaves;
    }

    function checkpoints() external view returns (uint256) {
        return sizes.length;
    }

    // The log.

    function append(uint256 seed, uint256 count, uint256 stale) external {
        count = 1 + count % 5;
        if (leaves.length + count > MOST_LEAVES) return;
        bytes32[] memory added = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            added[i] = keccak256(abi.encode(seed, i));
        }
        uint256 from = stale % 4 == 0 ? stale % (leaves.length + 1) : leaves.length;
        bytes32[] memory peaks = ReferenceTree.peaks(leaves, from);
        bool paused = registry.paused();
        bool entitled = _asSomeSequencer(seed);
        try registry.append(added, peaks) {
            movedWhilePaused = movedWhilePaused || paused;
            movedWithoutTheRole = movedWithoutTheRole || !entitled;
            require(from == leaves.length, "C2: stale peaks were taken");
            _accept(added);
        } catch { }
    }

    function advance(uint256 seed, uint256 count, uint256 spoil) external {
        count = 1 + count % 5;
        uint256 before = leaves.length;
        if (before + count > MOST_LEAVES) return;
        bytes32[] memory after_ = new bytes32[](before + count);
        bytes32[] memory added = new bytes32[](count);
        for (uint256 i = 0; i < after_.length; ++i) {
            after_[i] = i < before ? leaves[i] : keccak256(abi.encode(seed, i));
            if (i >= before) added[i - before] = after_[i];
        }
        bool rewritten = spoil % 3 == 0 && before != 0;
        if (rewritten) after_[spoil % before] = keccak256("rewritten");
        bytes32[] memory proof = before == 0 ? new bytes32[](0) : ReferenceTree.proof(after_, before, after_.length);
        bool paused = registry.paused();
        bytes32 root = ReferenceTree.root(after_, 0, after_.length);
        bool entitled = _asSomeSequencer(seed);
        try registry.advance(uint64(after_.length), root, proof) {
            movedWhilePaused = movedWhilePaused || paused;
            movedWithoutTheRole = movedWithoutTheRole || !entitled;
            require(!rewritten, "C2: a rewritten log was taken");
            _accept(added);
        } catch { }
    }

    function shrink(uint256 to) external {
        if (leaves.length == 0) return;
        uint64 size = uint64(to % (leaves.length + 1));
        try registry.advance(size, ReferenceTree.root(leaves, 0, size), new bytes32[](0)) {
            revert("C1: the log shrank");
        } catch (bytes memory) { }
    }

    function strangerWrites(uint256 what) external {
        bytes32[] memory list = new bytes32[](1);
        vm.prank(vm.addr(STRANGER));
        if (what % 3 == 0) try registry.append(list, new bytes32[](0)) { revert("a stranger appended"); } catch { }
        else if (what % 3 == 1) try registry.advance(99, 0, list) { revert("a stranger advanced"); } catch { }
        else try registry.pause() { revert("a stranger paused"); } catch { }
    }

    /// @dev The role of either sequencer, given or taken; the second may also lay it down.
    function appoint(bool second, uint256 what) external {
        bytes32 role = registry.SEQUENCER_ROLE();
        address who = second ? vm.addr(SECOND) : address(this);
        if (what % 4 == 0) {
            registry.revokeRole(role, who);
        } else if (what % 4 == 1 && second) {
            vm.prank(who);
            registry.renounceRole(role, who);
        } else {
            registry.grantRole(role, who);
        }
    }

    function pause(bool on) external {
        if (on) registry.pause();
        else registry.unpause();
    }

    function wait(uint256 by) external {
        _time += uint64(by % 1000);
        vm.warp(_time);
    }

    // Consents: number i was signed by the data subject if even, by the delegate if odd.

    function secretOf(uint256 i) public pure returns (bytes32) {
        return keccak256(abi.encode("secret", i));
    }

    function outlineOf(uint256 i) public pure returns (ConsentOutline memory consent) {
        consent.dataSubject = keccak256(_signer(SUBJECT));
        consent.signer = keccak256(_signer(i % 2 == 0 ? SUBJECT : DELEGATE));
        consent.version = uint64(i);
        consent.lock = sha256(bytes.concat(secretOf(i)));
    }

    function digestOf(uint256 i) public view returns (bytes32) {
        return _digest(keccak256(abi.encode(CONSENT_TYPE, outlineOf(i))));
    }

    function coreOf(uint256 i) public view returns (bytes32) {
        return sha256(bytes.concat(keccak256("salt"), digestOf(i), keccak256("signature hash")));
    }

    function entryOf(uint256 i) public view returns (bytes32) {
        return sha256(bytes.concat(coreOf(i), outlineOf(i).lock));
    }

    /// @dev Whoever knows the secret, also one who saw it on its way and names another core.
    function ownerOpens(uint256 i, bool many, bool otherCore) external {
        i = i % CONSENTS;
        Opening[] memory openings = new Opening[](1);
        openings[0] = Opening(otherCore ? keccak256("a core") : coreOf(i), secretOf(i));
        if (many) registry.revokeMany(openings);
        else registry.revoke(openings[0].core, openings[0].secret);
        _ended(i);
    }

    function strangerOpens(uint256 i, bytes32 guess, uint256 other) external {
        i = i % CONSENTS;
        bytes32 secret = other % 3 == 0 ? guess : other % 3 == 1 ? entryOf(i) : outlineOf(i).lock;
        vm.prank(vm.addr(STRANGER));
        registry.revoke(coreOf(i), secret);
    }

    function entitledSigns(uint256 i, bool delegate) external {
        i = i % CONSENTS;
        uint256 key = delegate ? DELEGATE : SUBJECT;
        bool entitled = !delegate || i % 2 == 1;
        vm.prank(vm.addr(STRANGER));
        try this.end(i, key, key, false) {
            require(entitled, "C5: a delegate ended what it did not sign");
            _ended(i);
        } catch {
            require(!entitled, "C5: the data subject could not end it");
        }
    }

    function strangerSigns(uint256 i, uint256 named, bool replaced) external {
        i = i % CONSENTS;
        uint256 claimed = named % 3 == 0 ? SUBJECT : named % 3 == 1 ? DELEGATE : STRANGER;
        try this.end(i, claimed, STRANGER, replaced) {
            require(replaced && claimed == STRANGER, "C5: a stranger's signature was taken");
        } catch { }
    }

    /// @dev Tries to end consent i by a signature of `key` in the name of `claimed`; `replaced` puts the claimed signer
    /// into the consent's parts, which makes another entry.
    function end(uint256 i, uint256 claimed, uint256 key, bool replaced) external {
        ConsentOutline memory consent = outlineOf(i);
        bytes memory who = _signer(claimed);
        if (replaced) consent.dataSubject = keccak256(who);
        RevocationOutline memory said;
        bytes32 digest = _digest(keccak256(abi.encode(CONSENT_TYPE, consent)));
        bytes32 core = sha256(bytes.concat(keccak256("salt"), digest, keccak256("signature hash")));
        bytes32 entry = sha256(bytes.concat(core, consent.lock));
        bytes32 signed = _digest(
            keccak256(
                abi.encode(REVOCATION_TYPE, consent.dataSubject, keccak256(who), said.grantee, said.granteeName, 0, entry, 0, 0)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, signed);
        registry.revokeBySignature(
            consent, keccak256("salt"), keccak256("signature hash"), said, who, abi.encodePacked(r, s, v)
        );
    }

    /// @dev The next call comes from one of two who sometimes hold the role; whether this one does now.
    function _asSomeSequencer(uint256 seed) private returns (bool entitled) {
        address who = seed % 3 == 0 ? vm.addr(SECOND) : address(this);
        entitled = registry.hasRole(registry.SEQUENCER_ROLE(), who);
        vm.prank(who);
    }

    function _ended(uint256 i) private {
        if (endedAt[i] == 0) endedAt[i] = uint64(block.timestamp);
    }

    function _accept(bytes32[] memory added) private {
        for (uint256 i = 0; i < added.length; ++i) {
            leaves.push(added[i]);
        }
        sizes.push(uint64(leaves.length));
        timeOf[uint64(leaves.length)] = uint64(block.timestamp);
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        (, string memory name, string memory version, uint256 chain, address where,,) = registry.eip712Domain();
        bytes32 type_ = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 domain = keccak256(abi.encode(type_, keccak256(bytes(name)), keccak256(bytes(version)), chain, where));
        return keccak256(bytes.concat(hex"1901", domain, structHash));
    }

    function _signer(uint256 key) private pure returns (bytes memory) {
        return abi.encodePacked(vm.addr(key));
    }
}

/// @notice The invariants of invariants.md over any history.
contract InvariantsTest {
    Crowd private crowd;
    ConsentRegistry private registry;

    function setUp() external {
        crowd = new Crowd();
        registry = crowd.registry();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(crowd);
    }

    function invariant_C1_C2_TheHeadIsTheReferenceTrees() external view {
        bytes32[] memory leaves = crowd.leafList();
        (uint64 size, bytes32 root) = registry.head();
        require(size == leaves.length, "C1: size");
        require(root == ReferenceTree.root(leaves, 0, leaves.length), "C2: root");
    }

    function invariant_C3_C4_CheckpointsStayAndIncludeTheirLeaves() external view {
        bytes32[] memory leaves = crowd.leafList();
        for (uint256 i = 0; i < crowd.checkpoints(); ++i) {
            uint64 size = crowd.sizes(i);
            bytes32 root = ReferenceTree.root(leaves, 0, size);
            (uint64 marked, uint64 time) = registry.checkpointOf(root);
            require(registry.isCheckpoint(root) && marked == size && time == crowd.timeOf(size), "C3");
            uint64 m = size / 2;
            bytes32[] memory path = ReferenceTree.path(leaves, m, 0, size);
            require(registry.includes(leaves[m], m, size, root, path), "C4: not included");
            require(!registry.includes(keccak256("never"), m, size, root, path), "C4: included");
        }
    }

    function invariant_C5_C6_C9_OnlyTheEntitledEndAConsent() external view {
        for (uint256 i = 0; i < crowd.CONSENTS(); ++i) {
            bytes32 lock = crowd.outlineOf(i).lock;
            require(_first(registry.revokedAt(crowd.entryOf(i), 0), registry.revokedAt(0, lock)) == crowd.endedAt(i), "C5 or C6");
            require(registry.revokedAt(crowd.digestOf(i), 0) == registry.revokedAt(crowd.entryOf(i), 0), "C9: a twin is valid");
            require((registry.revokedAt(crowd.entryOf(i), lock) == 0) == (crowd.endedAt(i) == 0), "C6: revokedAt");
        }
    }

    /// @dev The earlier of two marks; 0 is none.
    function _first(uint64 a, uint64 b) private pure returns (uint64) {
        if (a == 0 || b == 0) return a + b;
        return a < b ? a : b;
    }

    function invariant_C7_APauseHoldsTheHead() external view {
        require(!crowd.movedWhilePaused(), "C7");
    }

    function invariant_C8_OnlyWhoHoldsTheRoleMovesTheHead() external view {
        require(!crowd.movedWithoutTheRole(), "C8");
    }
}
