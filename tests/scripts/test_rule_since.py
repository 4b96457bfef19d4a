"""The second from which the rule of emergencies holds: made once, kept in the keystore, and never made up."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable
from mydata_ledger.scripts.audit import read_facts
from mydata_ledger.scripts.rule_since import read_rule_since, rule_since

NOW = 1_800_000_000


def test_it_is_made_once_for_the_next_second_and_stays(tmp_path):
    assert rule_since(tmp_path / "keystore", NOW) == NOW + 1
    assert rule_since(tmp_path / "keystore", NOW + 500) == NOW + 1
    assert read_rule_since(tmp_path / "keystore") == NOW + 1


def test_processes_that_make_it_at_the_same_time_agree(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        seconds = set(threads.map(lambda number: rule_since(tmp_path, NOW + number), range(64)))
    assert len(seconds) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["rule.json"]


@pytest.mark.parametrize("raw", ["", "[]", "{}", '{"emergency_since":"5"}', '{"emergency_since":-1}',
                                 '{"emergency_since":true}', '{"emergency_since":9007199254740993}'])  # fmt: skip
def test_a_broken_file_is_no_reason_to_make_another_second(tmp_path, raw):
    (tmp_path / "rule.json").write_text(raw)
    for read in (lambda: rule_since(tmp_path, NOW), lambda: read_rule_since(tmp_path)):
        with pytest.raises(SourceUnavailable, match="restore the keystore"):
            read()
    assert (tmp_path / "rule.json").read_text() == raw


def test_a_ledger_that_never_started_has_none(tmp_path):
    with pytest.raises(SourceUnavailable, match="start the server once"):
        read_rule_since(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_facts_file_without_the_second_is_refused(tmp_path):
    header = '{"complete":true,"parties":"0x","outdated":[],"erased":[]%s}\n'
    for more in ("", ',"emergency_since":null', ',"emergency_since":"soon"'):
        (tmp_path / "facts.jsonl").write_text(header % more)
        with pytest.raises(MalformedInput, match="line 1"):
            read_facts(tmp_path / "facts.jsonl")
    (tmp_path / "facts.jsonl").write_text(header % f',"emergency_since":{NOW}')
    assert read_facts(tmp_path / "facts.jsonl").emergency_since == NOW
