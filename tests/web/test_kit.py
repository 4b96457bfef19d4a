"""Texts, particles and dates of the page kit, run by Node; the second definitions are Python's."""

import json
import os
import subprocess
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mydata_ledger.scripts.bundle import bundle
from mydata_ledger.scripts.npm import ToolMissing, node
from mydata_ledger.scripts.paths import WEB

PARTICLES = {"은/는": "은는", "이/가": "이가", "을/를": "을를", "와/과": "과와"}
"""Each option with the particle after a closed syllable, then after an open one."""
LOOP = """
import * as readline from "node:readline";
const kit = { particles, messages, dates, language };
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { call: [module, name], args, korean } = JSON.parse(line);
  kit.language.setLanguage(korean ? "ko" : "en");
  console.log(JSON.stringify(kit[module][name](...args)));
}
"""


class Kit:
    """The kit in a process of Node in one time zone."""

    def __init__(self, folder, zone):
        imports = "".join(
            f"import * as {name} from {json.dumps(str(WEB / 'kit' / name))};\n"
            for name in ("particles", "messages", "dates", "language")
        )
        entry = folder / "entry.js"
        entry.write_text("globalThis.document = { documentElement: {} };\n" + imports + LOOP, encoding="utf-8")
        try:
            script = bundle(entry, {}, "esm", ("--platform=node",))
        except ToolMissing as missing:
            pytest.skip(str(missing))
        path = folder / "kit.mjs"
        path.write_text(script, encoding="utf-8")
        self.zone = ZoneInfo(zone)
        self.process = subprocess.Popen(
            [node(), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=os.environ | {"TZ": zone},
        )

    def call(self, module, name, *args, korean=True):
        """What a function of the kit gives."""
        line = json.dumps({"call": [module, name], "args": args, "korean": korean})
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module", params=["Asia/Seoul", "America/New_York", "Australia/Lord_Howe"])
def kit(request, tmp_path_factory):
    made = Kit(tmp_path_factory.mktemp("kit"), request.param)
    yield made
    made.process.stdin.close()
    made.process.wait(timeout=10)


@given(word=st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=6))
def test_a_particle_fits_the_last_syllable(kit, word):
    is_closed = (ord(word[-1]) - 0xAC00) % 28 != 0
    for options, (closed, after_open) in PARTICLES.items():
        assert kit.call("particles", "withParticles", f"{word}[{options}]") == word + (
            closed if is_closed else after_open
        )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Demo Trial[이/가]", "Demo Trial이"),
        ("Samsung Fire[을/를]", "Samsung Fire를"),
        ("“한강병원”[은/는]", "“한강병원”은"),
        ("3[을/를] 4[을/를] 10[으로/로]", "3을 4를 10으로"),
        ("서울[으로/로] 부산[으로/로]", "서울로 부산으로"),
        ("🏥[이/가]", "🏥가"),
        ("[이/가]", "[이/가]"),
        ("a [x] [이/가]", "a [x] [이/가]"),
    ],
)
def test_particles_of_other_words(kit, text, expected):
    assert kit.call("particles", "withParticles", text) == expected


@given(name=st.text(max_size=40))
def test_a_value_is_text_whatever_it_holds(kit, name):
    shown = kit.call("messages", "formatted", "{name} asks <b>you</b> for {missing}", {"name": name}, korean=False)
    assert shown == f"{name} asks <b>you</b> for …"


def test_plurals_and_choices(kit):
    message = "{count, plural, =0 {no record} one {# record} other {# records}}"
    texts = [kit.call("messages", "formatted", message, {"count": count}, korean=False) for count in (0, 1, 1200)]
    assert texts == ["no record", "1 record", "1,200 records"]


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_begins_and_ends_in_the_zone_of_the_reader(kit, day):
    first = datetime(day.year, day.month, day.day, tzinfo=kit.zone).timestamp()
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=kit.zone).timestamp()
    assert kit.call("dates", "startOfDay", str(day)) == first
    assert kit.call("dates", "endOfDay", str(day)) == end
    assert kit.call("dates", "dayKey", first) == kit.call("dates", "dayKey", end - 1) == str(day)


@pytest.mark.parametrize(
    ("away", "english", "korean"),
    [
        (0, "now", "지금"),
        (90 * 86_400, "in 90 days", "90일 후"),
        (-86_400, "yesterday", "어제"),
        (-7200, "2 hours ago", "2시간 전"),
    ],
)
def test_a_distance_in_words(kit, away, english, korean):
    texts = [
        kit.call("dates", "distanceText", 2_000_000_000 + away, 2_000_000_000, korean=one) for one in (False, True)
    ]
    assert texts == [english, korean]


def test_an_end_that_never_comes(kit):
    assert kit.call("dates", "isNever", str(2**63 - 1))
    assert not kit.call("dates", "isNever", 4_000_000_000)
