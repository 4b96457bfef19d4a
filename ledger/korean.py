"""Korean particles (조사), which depend on the sound that a word ends in. Digits and letters are read in Korean."""

from __future__ import annotations

import re

SYLLABLES, LAST_SYLLABLE, FINALS = 0xAC00, 0xD7A3, 28
NONE, RIEUL = 0, 8
OTHER = 1
"""A final consonant that is not ㄹ; which one makes no difference."""
PARTICLES = {
    "은": ("은", "는"), "이": ("이", "가"), "을": ("을", "를"), "과": ("과", "와"), "으로": ("으로", "로"),
}  # fmt: skip
"""Each particle by its form after a consonant: that form, and the one after a vowel."""
DIGITS = {
    "0": OTHER,
    "1": RIEUL,
    "2": NONE,
    "3": OTHER,
    "4": NONE,
    "5": NONE,
    "6": OTHER,
    "7": RIEUL,
    "8": RIEUL,
    "9": NONE,
}
LETTERS = {"L": RIEUL, "M": OTHER, "N": OTHER, "R": RIEUL}
"""The letters whose Korean names (엘, 엠, 엔, 알) end in a consonant."""
HUNDREDS, TRILLION = 4, 12
WORD = re.compile(r"[^\W_]+$")
NUMBER = re.compile(r"(?<![^\W\d_])\d[\d,]*$")


def particle(word: str, form: str) -> str:
    """The particle after a word; `form` is a key of PARTICLES. Quotes and brackets at the end are not read."""
    after_consonant, after_vowel = PARTICLES[form]
    end = final_sound(word)
    return after_vowel if end == NONE or (end == RIEUL and form == "으로") else after_consonant


def with_particle(word: str, form: str) -> str:
    """The word and its particle."""
    return word + particle(word, form)


def final_sound(text: str) -> int:
    """NONE for a vowel, RIEUL for ㄹ, otherwise OTHER or the number of the final consonant in Unicode."""
    read = text.rstrip()
    while read and not read[-1].isalnum():
        read = read[:-1]
    if not read:
        return NONE
    last = read[-1]
    if SYLLABLES <= ord(last) <= LAST_SYLLABLE:
        return (ord(last) - SYLLABLES) % FINALS
    if number := NUMBER.search(read):
        return _final_of_number(number.group().replace(",", ""))
    return DIGITS[last] if last in DIGITS else _final_of_latin(read)


def _final_of_number(digits: str) -> int:
    """A number ends as its last digit is read, or its last unit: 십, 백, 천, 만, 억, 조."""
    zeros = len(digits) - len(digits.rstrip("0"))
    if zeros in {0, len(digits)} or not digits.isascii():
        return DIGITS.get(digits[-1], NONE)
    return NONE if zeros >= TRILLION and zeros < TRILLION + HUNDREDS else OTHER


def _final_of_latin(text: str) -> int:
    """An abbreviation ends as the name of its last letter; a word as its last letters sound in Korean."""
    found = WORD.search(text)
    word = found.group() if found else ""
    if not word.isascii():
        return NONE
    if word.isupper() or len(word) == 1 or any(c.isdigit() for c in word):
        return LETTERS.get(word[-1].upper(), NONE)
    ending = word[-2:].lower()
    if ending[-1] == "l":
        return RIEUL
    after_vowel = len(ending) > 1 and ending[0] in "aeiou" and ending[1] in "bckp"
    return OTHER if ending[-1] in "mn" or ending == "ng" or after_vowel else NONE
