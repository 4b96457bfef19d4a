// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { RFC6962 } from "../libraries/RFC6962.sol";
import { Base } from "./Base.sol";
import { ReferenceTree } from "./ReferenceTree.sol";

/// @notice The library with calldata arguments, as contracts use it.
contract Harness {
    function append(uint64 size, bytes32[] calldata peaks, bytes32[] calldata leaves)
        external
        view
        returns (bytes32, bytes32)
    {
        return RFC6962.append(size, peaks, leaves);
    }

    function isIncluded(bytes32 leaf, uint64 index, uint64 size, bytes32 root, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return RFC6962.isIncluded(leaf, index, size, root, proof);
    }

    function isConsistent(uint64 first, bytes32 a, uint64 second, bytes32 b, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return RFC6962.isConsistent(first, a, second, b, proof);
    }

    function leafHash(bytes32 entry) external pure returns (bytes32) {
        return RFC6962.leafHash(entry);
    }
}

/// @notice The library against the definitions of the RFC, over random trees.
contract RFC6962FuzzTest is Base {
    uint256 private constant MOST = 70;

    Harness private lib;

    function setUp() public override {
        lib = new Harness();
    }

    function tree(uint256 seed, uint256 count) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
    }

    function slice(bytes32[] memory all, uint256 from, uint256 to) internal pure returns (bytes32[] memory part) {
        part = new bytes32[](to - from);
        for (uint256 i = from; i < to; ++i) {
            part[i - from] = all[i];
        }
    }

    /// @dev One bit of one node turned over.
    function spoilt(bytes32[] memory proof, uint256 seed) internal pure returns (bytes32[] memory copy) {
        copy = slice(proof, 0, proof.length);
        copy[seed % copy.length] ^= bytes32(uint256(1) << (seed >> 8) % 256);
    }

    function longer(bytes32[] memory proof, bytes32 node) internal pure returns (bytes32[] memory copy) {
        copy = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; ++i) {
            copy[i] = proof[i];
        }
        copy[proof.length] = node;
    }

    function test_LeafHashIsTheRfcs() external view {
        require(lib.leafHash(bytes32(uint256(7))) == sha256(bytes.concat(hex"00", bytes32(uint256(7)))), "leaf hash");
    }

    function testFuzz_AppendInAnyBatchesIsOneTree(uint256 seed, uint256 first, uint256 count) external view {
        (first, count) = (first % MOST, 1 + count % MOST);
        bytes32[] memory all = tree(seed, first + count);
        bytes32[] memory peaks = ReferenceTree.peaks(all, first);
        (bytes32 before, bytes32 root) = lib.append(uint64(first), peaks, slice(all, first, first + count));
        require(before == ReferenceTree.root(all, 0, first), "the tree before");
        require(root == ReferenceTree.root(all, 0, first + count), "the tree after");
    }

    function testFuzz_AppendKnowsOtherPeaks(uint256 seed, uint256 size, uint256 other) external view {
        (size, other) = (1 + size % MOST, other % MOST);
        vm.assume(size != other);
        bytes32[] memory all = tree(seed, MOST);
        (bytes32 before,) = lib.append(uint64(size), ReferenceTree.peaks(all, other), slice(all, 0, 1));
        require(before != ReferenceTree.root(all, 0, size), "peaks of another size");
        (before,) = lib.append(uint64(size), spoilt(ReferenceTree.peaks(all, size), seed), slice(all, 0, 1));
        require(before != ReferenceTree.root(all, 0, size), "a spoilt peak");
    }

    function testFuzz_InclusionTakesExactlyTheTruePath(uint256 seed, uint256 size, uint256 index) external view {
        size = 2 + size % MOST;
        index = index % size;
        bytes32[] memory all = tree(seed, size);
        bytes32 root = ReferenceTree.root(all, 0, size);
        bytes32[] memory path = ReferenceTree.path(all, index, 0, size);
        (uint64 i, uint64 n) = (uint64(index), uint64(size));
        require(lib.isIncluded(all[index], i, n, root, path), "the true path");
        require(!lib.isIncluded(all[index], i, n, root, spoilt(path, seed)), "a spoilt node");
        require(!lib.isIncluded(all[index], i, n, root, longer(path, root)), "too long");
        require(!lib.isIncluded(all[index], i, n, root, slice(path, 0, path.length - 1)), "too short");
        require(!lib.isIncluded(root, i, n, root, new bytes32[](0)), "the root as leaf");
        require(!lib.isIncluded(all[index], i, n, keccak256("root"), path), "another root");
        require(!lib.isIncluded(all[index], uint64((index + 1) % size), n, root, path), "another place");
        require(!lib.isIncluded(all[index], n, n, root, path), "past the end");
    }

    function testFuzz_ConsistencyTakesExactlyTheTrueProof(uint256 seed, uint256 first, uint256 more) external view {
        first = 1 + first % MOST;
        uint256 second = first + 1 + more % MOST;
        bytes32[] memory all = tree(seed, second);
        (bytes32 a, bytes32 b) = (ReferenceTree.root(all, 0, first), ReferenceTree.root(all, 0, second));
        bytes32[] memory proof = ReferenceTree.proof(all, first, second);
        (uint64 m, uint64 n) = (uint64(first), uint64(second));
        require(lib.isConsistent(m, a, n, b, proof), "the true proof");
        require(!lib.isConsistent(m, a, n, b, spoilt(proof, seed)), "a spoilt node");
        require(!lib.isConsistent(m, a, n, b, longer(proof, b)), "too long");
        require(!lib.isConsistent(m, a, n, b, slice(proof, 0, proof.length - 1)), "too short");
        require(!lib.isConsistent(m, keccak256("a"), n, b, proof), "another first root");
        require(!lib.isConsistent(m, a, n, keccak256("b"), proof), "another second root");
    }

    function test_ConsistencyRefusesEmptyEqualAndBackward() external view {
        bytes32[] memory all = tree(1, 9);
        bytes32 a = ReferenceTree.root(all, 0, 4);
        bytes32[] memory proof = ReferenceTree.proof(all, 4, 9);
        require(!lib.isConsistent(0, sha256(""), 4, a, proof), "from nothing");
        require(!lib.isConsistent(4, a, 4, a, proof), "equal sizes");
        bytes32[] memory small = ReferenceTree.proof(all, 2, 4);
        bytes32 two = ReferenceTree.root(all, 0, 2);
        require(lib.isConsistent(2, two, 4, a, small), "from two to four");
        require(!lib.isConsistent(2, two, 6, a, small), "a second size that its proof does not reach");
        bytes32[] memory path = new bytes32[](2);
        (path[0], path[1]) = (all[2], ReferenceTree.root(all, 0, 2));
        bytes32 three = ReferenceTree.root(all, 0, 3);
        require(!lib.isConsistent(3, three, 3, three, path), "equal sizes, with a path");
        require(!lib.isConsistent(9, a, 4, a, proof), "backwards");
        require(!lib.isConsistent(4, a, 9, a, new bytes32[](0)), "no proof");
        require(!lib.isConsistent(3, a, 9, a, new bytes32[](0)), "no proof from no power of two");
    }
}
