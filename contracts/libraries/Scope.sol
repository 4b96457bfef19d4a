// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ConsentStatus, Question } from "../types/Evidence.sol";
import { Grant } from "../types/Statements.sol";

/// @title Scope
/// @notice What a list of grants says to a question: `Grant.covers`, `open_at` and `reaches` of `ledger/consent.py`.
library Scope {
    bytes32 private constant FORBID = keccak256("forbid");
    bytes32 private constant PERMIT = keccak256("permit");
    bytes32 private constant ANY = keccak256("*");

    /// @dev `NEVER` of `ledger/consent.py`.
    uint64 private constant NEVER = 2 ** 63 - 1;

    /// @notice The answer at second `time`, and the index of the grant that determined it (0 if none did).
    /// @dev In order: an open forbid, an open permit without conditions, one with, one not yet open, one past.
    function answer(Grant[] calldata grants, Question calldata question, uint256 time)
        internal
        pure
        returns (ConsentStatus status, uint256 by)
    {
        for (uint256 i = 0; i < grants.length; ++i) {
            ConsentStatus said = _answer(grants[i], question, time);
            if (said == ConsentStatus.Forbidden) return (said, i);
            if (_rank(said) > _rank(status)) (status, by) = (said, i);
        }
    }

    /// @notice Whether category `above` is `below` or lies above it.
    function covers(string calldata above, string calldata below) internal pure returns (bool) {
        bytes calldata wide = bytes(above);
        bytes calldata narrow = bytes(below);
        if (keccak256(wide) == ANY) return true;
        if (narrow.length < wide.length || keccak256(narrow[:wide.length]) != keccak256(wide)) return false;
        return narrow.length == wide.length || narrow[wide.length] == ".";
    }

    /// @notice Whether any of the categories covers `category`.
    function anyCovers(string[] calldata categories, string calldata category) internal pure returns (bool) {
        for (uint256 i = 0; i < categories.length; ++i) {
            if (covers(categories[i], category)) return true;
        }
        return false;
    }

    function _answer(Grant calldata grant, Question calldata question, uint256 time)
        private
        pure
        returns (ConsentStatus)
    {
        bytes32 effect = keccak256(bytes(grant.effect));
        if (!_inScope(grant, question, effect == FORBID)) return ConsentStatus.NotCovered;
        if (effect == FORBID) {
            bool open = grant.notBefore <= time && time < grant.expires && _overlaps(grant, question);
            return open ? ConsentStatus.Forbidden : ConsentStatus.NotCovered;
        }
        if (effect != PERMIT || !_contains(grant, question)) return ConsentStatus.NotCovered;
        if (time >= grant.expires) return ConsentStatus.Expired;
        if (time < grant.notBefore) return ConsentStatus.NotYet;
        return grant.conditions.length == 0 ? ConsentStatus.Valid : ConsentStatus.Conditional;
    }

    function _rank(ConsentStatus status) private pure returns (uint256) {
        if (status == ConsentStatus.Valid) return 4;
        if (status == ConsentStatus.Conditional) return 3;
        if (status == ConsentStatus.NotYet) return 2;
        return status == ConsentStatus.Expired ? 1 : 0;
    }

    function _inScope(Grant calldata grant, Question calldata question, bool forbids) private pure returns (bool) {
        return _meets(grant.purposes, question.purposes) && _has(grant.actions, keccak256(bytes(question.action)))
            && (grant.records.length == 0 || _has(grant.records, question.recordId))
            && (anyCovers(grant.categories, question.category)
                || (forbids && _anyBelow(grant.categories, question.category)));
    }

    /// @dev A record of a wide category may be what a forbid of a category below it is about.
    function _anyBelow(string[] calldata categories, string calldata category) private pure returns (bool) {
        for (uint256 i = 0; i < categories.length; ++i) {
            if (covers(category, categories[i])) return true;
        }
        return false;
    }

    function _meets(string[] calldata granted, string[] calldata asked) private pure returns (bool) {
        for (uint256 i = 0; i < asked.length; ++i) {
            if (_has(granted, keccak256(bytes(asked[i])))) return true;
        }
        return _has(granted, ANY);
    }

    function _has(string[] calldata texts, bytes32 wanted) private pure returns (bool) {
        for (uint256 i = 0; i < texts.length; ++i) {
            if (keccak256(bytes(texts[i])) == wanted) return true;
        }
        return false;
    }

    function _has(bytes32[] calldata words, bytes32 wanted) private pure returns (bool) {
        for (uint256 i = 0; i < words.length; ++i) {
            if (words[i] == wanted) return true;
        }
        return false;
    }

    /// @dev A forbid stops data of which any part, or no part known, lies in its period.
    function _overlaps(Grant calldata grant, Question calldata question) private pure returns (bool) {
        if (grant.dataFrom == 0 && grant.dataUntil == 0) return true;
        if (_isUnknown(question)) return true;
        return question.dataFrom < _end(grant.dataUntil) && grant.dataFrom < _end(question.dataUntil);
    }

    /// @dev A permit that names a period reaches only data known to lie wholly in it.
    function _contains(Grant calldata grant, Question calldata question) private pure returns (bool) {
        if (grant.dataFrom == 0 && grant.dataUntil == 0) return true;
        if (_isUnknown(question)) return false;
        return grant.dataFrom <= question.dataFrom && _end(question.dataUntil) <= _end(grant.dataUntil);
    }

    /// @dev Records of before 1970 were issued with the period [0, 1); their time is as unknown as that of (0, 0).
    function _isUnknown(Question calldata question) private pure returns (bool) {
        return question.dataFrom == 0 && question.dataUntil <= 1;
    }

    function _end(uint64 until) private pure returns (uint64) {
        return until == 0 ? NEVER : until;
    }
}
