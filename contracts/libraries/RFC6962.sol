// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev {MAX_PEAKS} words of memory; an array of Solidity would compare each index with its length.
type Stack is uint256;

using { get, set } for Stack;

function get(Stack stack, uint256 i) pure returns (bytes32 item) {
    assembly ("memory-safe") {
        item := mload(add(stack, mul(0x20, i)))
    }
}

function set(Stack stack, uint256 i, bytes32 item) pure {
    assembly ("memory-safe") {
        mstore(add(stack, mul(0x20, i)), item)
    }
}

/// @title RFC6962
/// @notice Merkle trees over SHA-256 as RFC 6962 and its successor RFC 9162 define them, to be read beside the RFC.
/// @dev A tree of n leaves is made of one complete subtree for each 1 in the binary form of n. The hashes of those
/// subtrees, left to right and so largest first, are its peaks; nothing else is needed to append to it.
library RFC6962 {
    /// @notice Root of the tree without leaves: MTH({}) = SHA-256(), RFC 9162 section 2.1.1.
    bytes32 internal constant EMPTY_ROOT = 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;

    /// @dev A size has 64 bits, so there are at most as many peaks.
    uint256 private constant MAX_PEAKS = 64;

    /// @notice MTH({d}) = SHA-256(0x00 || d), RFC 9162 section 2.1.1.
    function leafHash(bytes32 entry) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), entry));
    }

    /// @notice SHA-256(0x01 || left || right), RFC 9162 section 2.1.1.
    /// @dev `sha256(abi.encodePacked(bytes1(0x01), left, right))`, without taking new memory for each node: a batch of
    /// 1,000 leaves costs a fifth less so.
    function nodeHash(bytes32 left, bytes32 right) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore8(input, 0x01)
            mstore(add(input, 0x01), left)
            mstore(add(input, 0x21), right)
            if iszero(staticcall(gas(), 0x02, input, 0x41, 0x00, 0x20)) { revert(0x00, 0x00) }
            hash := mload(0x00)
        }
    }

    /// @dev `nodeHash(left, a)` and `nodeHash(left, b)`.
    function _nodeHashes(bytes32 left, bytes32 a, bytes32 b) private view returns (bytes32 hashA, bytes32 hashB) {
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore8(input, 0x01)
            mstore(add(input, 0x01), left)
            mstore(add(input, 0x21), a)
            let done := staticcall(gas(), 0x02, input, 0x41, 0x00, 0x20)
            mstore(add(input, 0x21), b)
            if iszero(and(done, staticcall(gas(), 0x02, input, 0x41, 0x20, 0x20))) { revert(0x00, 0x00) }
            hashA := mload(0x00)
            hashB := mload(0x20)
        }
    }

    /// @notice Appends the leaf hashes `leaves` to the tree of `size` leaves whose peaks are `peaks`.
    /// @return before Root that the peaks make up, for the caller to compare; zero if they are not as many as the size has.
    /// @return root Root of the tree after.
    function append(uint64 size, bytes32[] calldata peaks, bytes32[] calldata leaves)
        internal
        view
        returns (bytes32 before, bytes32 root)
    {
        uint256 height = peaks.length;
        if (height != _ones(size)) return (0, 0);
        Stack stack = _stackOf(peaks);
        before = _bag(stack, height);
        unchecked {
            for (uint256 i = 0; i < leaves.length; ++i) {
                bytes32 node = _at(leaves, i);
                // Each 1 at the low end of the size is a subtree that the new leaf makes into one twice as large.
                for (uint256 rest = size + i; rest & 1 == 1; rest >>= 1) {
                    node = nodeHash(stack.get(--height), node);
                }
                stack.set(height++, node);
            }
        }
        root = _bag(stack, height);
    }

    /// @dev How many peaks a tree of `size` leaves has.
    function _ones(uint64 size) private pure returns (uint256 count) {
        unchecked {
            for (uint256 rest = size; rest != 0; rest &= rest - 1) {
                ++count;
            }
        }
    }

    /// @notice Whether `proof` leads from the leaf hash at `index` to the root of the tree of `size` leaves.
    /// @dev RFC 9162 section 2.1.3.2; the numbers are its steps.
    function isIncluded(
        bytes32 leaf,
        uint64 index,
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        if (index >= size) return false; // 1
        uint256 fn = index; // 2
        uint256 sn = size - 1;
        bytes32 r = leaf; // 3
        for (uint256 i = 0; i < proof.length; ++i) {
            if (sn == 0) return false; // 4.a
            if (fn & 1 == 1 || fn == sn) {
                r = nodeHash(_at(proof, i), r); // 4.b.i
                while (fn & 1 == 0) (fn, sn) = (fn >> 1, sn >> 1); // 4.b.ii: fn is sn here, so not 0
            } else {
                r = nodeHash(r, _at(proof, i)); // 4.c
            }
            (fn, sn) = (fn >> 1, sn >> 1); // 4.d
        }
        return sn == 0 && r == root; // 5
    }

    /// @notice Whether `proof` shows that the first tree is a prefix of the second.
    /// @dev RFC 9162 section 2.1.4.2; the numbers are its steps. Asks that 0 < `first` < `second`.
    function isConsistent(
        uint64 first,
        bytes32 firstRoot,
        uint64 second,
        bytes32 secondRoot,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        if (first == 0 || first >= second || proof.length == 0) return false; // 1
        bool whole = first & (first - 1) == 0; // 2: an exact power of 2 has its own root as first node
        uint256 fn = first - 1; // 3
        uint256 sn = second - 1;
        while (fn & 1 == 1) (fn, sn) = (fn >> 1, sn >> 1); // 4
        bytes32 fr = whole ? firstRoot : proof[0]; // 5
        bytes32 sr = fr;
        for (uint256 i = whole ? 0 : 1; i < proof.length; ++i) {
            if (sn == 0) return false; // 6.a
            bytes32 c = _at(proof, i); // 6
            if (fn & 1 == 1 || fn == sn) {
                (fr, sr) = _nodeHashes(c, fr, sr); // 6.b.i and 6.b.ii
                while (fn & 1 == 0) (fn, sn) = (fn >> 1, sn >> 1); // 6.b.iii: fn is sn here, so not 0
            } else {
                sr = nodeHash(sr, c); // 6.c
            }
            (fn, sn) = (fn >> 1, sn >> 1); // 6.d
        }
        return sn == 0 && fr == firstRoot && sr == secondRoot; // 7
    }

    /// @dev The root over the first `count` peaks, from the right, RFC 9162 section 2.1.1.
    function _bag(Stack peaks, uint256 count) private view returns (bytes32 root) {
        if (count == 0) return EMPTY_ROOT;
        unchecked {
            root = peaks.get(--count);
            while (count != 0) {
                root = nodeHash(peaks.get(--count), root);
            }
        }
    }

    /// @dev A stack with room for every peak there can be, holding `peaks`.
    function _stackOf(bytes32[] calldata peaks) private pure returns (Stack stack) {
        assembly ("memory-safe") {
            stack := mload(0x40)
            mstore(0x40, add(stack, mul(0x20, MAX_PEAKS)))
            calldatacopy(stack, peaks.offset, mul(0x20, peaks.length))
        }
    }

    /// @dev `list[i]`, whose loop has compared `i` with the length.
    function _at(bytes32[] calldata list, uint256 i) private pure returns (bytes32 item) {
        assembly ("memory-safe") {
            item := calldataload(add(list.offset, mul(0x20, i)))
        }
    }
}
