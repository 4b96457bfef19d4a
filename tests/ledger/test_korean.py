"""Korean particles follow the final consonant, in every sentence that a person signs or reads."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.consent import ACTIONS, NEVER, Effect, Grant
from mydata_ledger.ledger.korean import PARTICLES, particle, with_particle
from mydata_ledger.ledger.korean_grants import FRAMES
from mydata_ledger.ledger.party import name_in
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.ledger.wording import Words
from mydata_ledger.scripts.serve import slices

VOCABULARY = Vocabulary(one.catalog for one in slices())
LABELS = {code: term.label_ko for code, term in VOCABULARY.categories.items()}
FIRST_FINAL, LAST_FINAL, RIEUL = "\u11a8", "\u11c2", "\u11af"
DOUBLED = re.compile(r"[은이을과]\([는가를와]\)|\(으\)로|와\(과\)")
OBJECT = {
    "view": "열람할",
    "copy": "복사할",
    "transfer": "전송받을",
    "publish": "공개할",
    "link": "다른 자료와 결합할",
}


def decomposed_final(word):
    """By Unicode's own decomposition of the last syllable: its final consonant, or nothing."""
    last = unicodedata.normalize("NFD", word)[-1]
    return last if FIRST_FINAL <= last <= LAST_FINAL else ""


def expected(word, form):
    after_consonant, after_vowel = {"은": "은는", "이": "이가", "을": "을를", "과": "과와"}.get(form) or ("으로", "로")
    vowel_like = not decomposed_final(word) or (form == "으로" and decomposed_final(word) == RIEUL)
    return after_vowel if vowel_like else after_consonant


@pytest.mark.parametrize("form", PARTICLES)
def test_the_particle_after_every_hangul_syllable(form):
    for syllable in map(chr, range(0xAC00, 0xD7A4)):
        assert particle(syllable, form) == expected(syllable, form), syllable


@pytest.mark.parametrize(
    ("word", "topic", "direction"),
    [
        *(("0", "은", "으로"), ("1", "은", "로"), ("2", "는", "로"), ("3", "은", "으로"), ("4", "는", "로")),
        *(("5", "는", "로"), ("6", "은", "으로"), ("7", "은", "로"), ("8", "은", "로"), ("9", "는", "로")),
        *(("10", "은", "으로"), ("2,000", "은", "으로"), ("119", "는", "로"), ("1" + "0" * 12, "는", "로")),
        *(("1" + "0" * 16, "은", "으로"), ("CT", "는", "로"), ("EDI", "는", "로"), ("URL", "은", "로")),
        *(("ICM", "은", "으로"), ("LAN", "은", "으로"), ("HR", "은", "로"), ("The trial", "은", "로")),
        *(("Demo Team", "은", "으로"), ("Center", "는", "로"), ("Clinic", "은", "으로"), ("Group", "은", "으로")),
        *(("Insurance", "는", "로"), ("검사 결과(혈액)", "은", "으로"), ("「병원」", "은", "으로")),
        *(
            ("0x1aF0", "은", "으로"),
            ("0x1aFb", "는", "로"),
            ("", "는", "로"),
            ("…", "는", "로"),
            ("Клиника", "는", "로"),
        ),
    ],
)
def test_digits_and_letters_are_read_in_korean(word, topic, direction):
    assert (particle(word, "은"), particle(word, "으로")) == (topic, direction)


@given(some.text(max_size=30), some.sampled_from(sorted(PARTICLES)))
def test_any_text_gets_one_of_the_two_forms(text, form):
    assert with_particle(text, form).removeprefix(text) in PARTICLES[form]


def sentence(category, effect, *actions):
    grant = Grant(effect, (category,), ("*",), actions, 0, NEVER)
    return Words(VOCABULARY, "ko").sentence(grant, "데모 시험")


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_category_and_action_is_a_sentence_with_the_right_particle(action, effect):
    ending = "수 있습니다." if effect is Effect.PERMIT else "수 없습니다."
    for code, label in [*LABELS.items(), ("*", "모든 것")]:
        if action == "compute":
            clause = f"{label}{expected(label, '으로')} 통계를 계산할"
        elif action == "contact":
            clause = f"{label}{expected(label, '과')} 관련하여 연락할"
        else:
            clause = f"{label}{expected(label, '을')} {OBJECT[action]}"
        text = sentence(code, effect, action)
        assert text.startswith(f"데모 시험: {clause} {ending}"), text
        assert not DOUBLED.search(text)


def test_every_action_has_a_frame_and_several_are_joined():
    assert set(FRAMES) == ACTIONS
    text = sentence("health.lab", Effect.PERMIT, "contact", "copy", "view", "compute")
    assert (
        "검사 결과를 열람하거나 복사하거나 이 자료로 통계를 계산하거나 이 자료와 관련하여 연락할 수 있습니다." in text
    )


@pytest.mark.parametrize(
    ("name", "english", "korean"),
    [
        ("Seoul Hospital | 서울병원", "Seoul Hospital", "서울병원"),
        ("The trial", "The trial", "The trial"),
        ("서울병원", "서울병원", "서울병원"),
        (" | 서울병원", " | 서울병원", " | 서울병원"),
        ("A|B", "A|B", "A|B"),
        ("A | B | C", "A", "B | C"),
    ],
)
def test_a_name_in_two_languages(name, english, korean):
    assert (name_in(name, korean=False), name_in(name, korean=True)) == (english, korean)
    grant = Grant(Effect.PERMIT, ("health.lab",), ("*",), ("view",), 0, NEVER)
    for language, shown in (("en", english), ("ko", korean)):
        assert Words(VOCABULARY, language).sentence(grant, name).startswith(shown)
        assert Words(VOCABULARY, language).named("0x" + "11" * 20, name) == shown
