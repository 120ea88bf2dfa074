from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nornir_smartlic.errors import StoreError, UsageError
from nornir_smartlic.fleet import RolloutJournal, batches, roll_out, stages_of

JAN_1 = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = [f"sw{number:02}" for number in range(20)]


class Work:
    """Succeeds but for the hosts that are bad; remembers what it was asked."""

    def __init__(self, *bad: str) -> None:
        self.bad = bad
        self.asked: list[str] = []

    def __call__(self, hosts: tuple[str, ...]) -> dict[str, bool]:
        self.asked += hosts
        return {host: host not in self.bad for host in hosts}


def rolled(work, names=NAMES, stages="1,10%,50%", **options):
    return roll_out(names, stages_of(stages), work, now=lambda: JAN_1, **options)


@pytest.mark.parametrize(
    ("stages", "sizes"),
    [
        ("1,10%,100%", [1, 1, 18]),
        ("1", [1, 19]),
        ("100%", [20]),
        ("50%,10%", [10, 10]),  # a stage that is already passed is none
        ("1000", [20]),
        ("1%", [1, 19]),
    ],
)
def test_stages_say_how_many_are_done_after_them(stages, sizes):
    cut = list(batches(NAMES, stages_of(stages)))
    assert [len(batch) for batch in cut] == sizes
    assert [name for batch in cut for name in batch] == NAMES


@pytest.mark.parametrize("text", ["", "0", "-1", "0%", "101%", "many", "1,,2"])
def test_a_stage_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="stage"):
        stages_of(text)


def test_all_hosts_are_done_stage_by_stage():
    work = Work()
    rollout = rolled(work)
    assert work.asked == NAMES
    assert [len(stage) for stage in rollout.stages] == [1, 1, 8, 10]
    assert rollout.not_tried == ()


def test_a_failed_canary_leaves_the_rest_alone():
    work = Work("sw00")
    rollout = rolled(work)
    assert work.asked == ["sw00"]
    assert rollout.failed == ["sw00"]
    assert rollout.not_tried == tuple(NAMES[1:])


def test_failures_add_up_over_stages():
    work = Work("sw00", "sw05")
    rollout = rolled(work, max_failures=1)
    assert len(work.asked) == 10
    assert rollout.failed == ["sw00", "sw05"]
    assert len(rollout.not_tried) == 10


def test_what_was_interrupted_is_taken_up_where_it_was(tmp_path):
    journal = RolloutJournal(tmp_path / "rollout.jsonl", "apply")
    rolled(Work("sw05"), journal=journal)
    again = Work()
    rollout = rolled(again, journal=journal)
    assert again.asked == ["sw05", *NAMES[10:]]
    assert len(rollout.skipped) == 9
    assert rolled(Work(), journal=journal).stages == []


def test_another_purpose_begins_anew(tmp_path):
    rolled(Work(), journal=RolloutJournal(tmp_path / "rollout.jsonl", "apply"))
    assert RolloutJournal(tmp_path / "rollout.jsonl", "trust").done() == frozenset()


def test_a_journal_that_was_cut_in_the_middle_of_a_line_is_read_and_goes_on(tmp_path):
    path = tmp_path / "rollout.jsonl"
    journal = RolloutJournal(path, "apply")
    journal.add({"sw00": True}, JAN_1)
    with path.open("a") as file:
        file.write('{"at": "2026-01-01T00:00:00+00:00", "purpose": "apply", "ho')
    journal.add({"sw02": True}, JAN_1)
    assert journal.done() == {"sw00", "sw02"}


def test_a_host_that_failed_after_it_was_done_is_not_done(tmp_path):
    journal = RolloutJournal(tmp_path / "rollout.jsonl", "apply")
    journal.add({"sw00": True}, JAN_1)
    journal.add({"sw00": False}, JAN_1)
    assert journal.done() == frozenset()


def test_a_journal_that_cannot_be_written_stops_the_rollout(tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    work = Work()
    with pytest.raises(StoreError, match="No space left on device"):
        rolled(work, journal=RolloutJournal(tmp_path / "rollout.jsonl", "apply"))
    assert work.asked == ["sw00"]
