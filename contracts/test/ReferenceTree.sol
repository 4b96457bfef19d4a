// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice RFC 9162 section 2.1 said again, by its recursive definitions and borrowing nothing from the code under test.
library ReferenceTree {
    /// @notice MTH(D[from:to]), section 2.1.1, over leaf hashes.
    function root(bytes32[] memory leaves, uint256 from, uint256 to) internal pure returns (bytes32) {
        if (to == from) return sha256("");
        if (to - from == 1) return leaves[from];
        uint256 k = split(to - from);
        return sha256(bytes.concat(hex"01", root(leaves, from, from + k), root(leaves, from + k, to)));
    }

    /// @notice PATH(m, D[from:to]), section 2.1.3.1.
    function path(bytes32[] memory leaves, uint256 m, uint256 from, uint256 to)
        internal
        pure
        returns (bytes32[] memory)
    {
        if (to - from <= 1) return new bytes32[](0);
        uint256 k = split(to - from);
        if (m < k) return _with(path(leaves, m, from, from + k), root(leaves, from + k, to));
        return _with(path(leaves, m - k, from + k, to), root(leaves, from, from + k));
    }

    /// @notice PROOF(m, D[0:n]), section 2.1.4.1.
    function proof(bytes32[] memory leaves, uint256 m, uint256 n) internal pure returns (bytes32[] memory) {
        return _subproof(leaves, m, 0, n, true);
    }

    /// @notice The complete subtrees of D[0:n], left to right.
    function peaks(bytes32[] memory leaves, uint256 n) internal pure returns (bytes32[] memory found) {
        uint256 from = 0;
        for (uint256 level = 64; level > 0; --level) {
            uint256 width = 1 << (level - 1);
            if (n & width == 0) continue;
            found = _with(found, root(leaves, from, from + width));
            from += width;
        }
    }

    /// @notice The largest power of two smaller than n.
    function split(uint256 n) internal pure returns (uint256 k) {
        k = 1;
        while (k * 2 < n) k *= 2;
    }

    function _subproof(bytes32[] memory leaves, uint256 m, uint256 from, uint256 to, bool whole)
        private
        pure
        returns (bytes32[] memory)
    {
        if (m == to - from) return whole ? new bytes32[](0) : _with(new bytes32[](0), root(leaves, from, to));
        uint256 k = split(to - from);
        if (m <= k) return _with(_subproof(leaves, m, from, from + k, whole), root(leaves, from + k, to));
        return _with(_subproof(leaves, m - k, from + k, to, false), root(leaves, from, from + k));
    }

    function _with(bytes32[] memory list, bytes32 last) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }
}
