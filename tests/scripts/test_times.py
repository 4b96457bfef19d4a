"""Times of the verifier in words and in the zone of the machine."""

import time

import pytest

from mydata_ledger.scripts.verify.times import LAST, time_text, zone_name
from mydata_ledger.scripts.verify.words import sentence, words, zone_sentence

MOMENT = 1_795_875_280  # 2026-11-28 14:14:40 UTC


@pytest.fixture(params=["Asia/Seoul", "UTC", "America/St_Johns"])
def zone(request, monkeypatch):
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


DAYS = {
    "Asia/Seoul": ("28 Nov 2026, 23:14:40", "2026년 11월 28일 23:14:40", "UTC+09:00"),
    "UTC": ("28 Nov 2026, 14:14:40", "2026년 11월 28일 14:14:40", "UTC+00:00"),
    "America/St_Johns": ("28 Nov 2026, 10:44:40", "2026년 11월 28일 10:44:40", "UTC-0"),
}


def test_a_time_is_that_of_the_reader_s_zone(zone):
    months = words()["months"]
    english, korean, offset = DAYS[zone]
    assert (time_text(MOMENT, months, "en"), time_text(MOMENT, months, "ko")) == (english, korean)
    assert offset in zone_name()
    assert zone_name() in zone_sentence("ko")
    assert [time_text(one, months, "en") for one in (LAST, 2**64)] == [str(LAST), str(2**64)]


def test_of_two_times_of_one_day_the_second_is_the_time_of_day(zone):
    values = {"decided": MOMENT, "at": MOMENT + 3}
    english, korean = (sentence("receipt_before", values, language) for language in ("en", "ko"))
    assert english == f"permitted then ({DAYS[zone][0]}); the consent ended {DAYS[zone][0][-8:-2]}43"
    assert korean == f"그때는 허용됨({DAYS[zone][1]}); 동의 종료: {DAYS[zone][1][-8:-2]}43"
    later = sentence("receipt_before", {"decided": MOMENT, "at": MOMENT + 86_400})
    assert "the consent ended 29 Nov 2026, " in later
    assert sentence("receipt_after", {"decided": 2**64 - 1, "at": MOMENT}).startswith(f"the access ({2**64 - 1}) came")


def test_no_sentence_speaks_of_seconds():
    for texts in words()["said"].values():
        assert not any("UTC" in text or "초)" in text for text in texts.values())
