"""A staged rollout: a few hosts first, then more; it stops where too many fail, and can be taken up again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nornir_smartlic.errors import StoreError, UsageError


@dataclass(frozen=True, slots=True)
class Stage:
    """How many hosts shall be done after this stage: a number, or a part of all."""

    count: int | None = None
    percent: float | None = None

    @classmethod
    def of(cls, text: str) -> Stage:
        """The stage that ``1`` or ``10%`` is; raises `UsageError`."""
        number = text.strip()
        try:
            if number.endswith("%"):
                percent = float(number[:-1])
                if 0 < percent <= 100:
                    return cls(percent=percent)
            elif int(number) > 0:
                return cls(count=int(number))
        except ValueError:
            pass
        raise UsageError(f"stage {text!r}: expected a number of hosts, or a part of them such as 10%")

    def size(self, total: int) -> int:
        """The number of hosts out of *total*, at least one where there is one."""
        if self.count is not None:
            return min(self.count, total)
        return min(max(1, round(total * (self.percent or 0) / 100)), total)


def stages_of(text: str) -> tuple[Stage, ...]:
    """The stages of ``1,10%,100%``."""
    return tuple(Stage.of(part) for part in text.split(","))


def batches(names: Sequence[str], stages: Sequence[Stage]) -> Iterator[tuple[str, ...]]:
    """*names* cut into stages, in order of the names; what the last stage leaves is a batch too."""
    ordered = sorted(names)
    done = 0
    for stage in (*stages, Stage(percent=100)):
        end = max(stage.size(len(ordered)), done)
        if end > done:
            yield tuple(ordered[done:end])
        done = end


class RolloutJournal:
    """Which hosts are done, in a file of JSON lines that is on the disk before the next stage begins.

    *purpose* is what the rollout is for: hosts that are done with something else count as not done.
    """

    def __init__(self, path: Path, purpose: str) -> None:
        self.path = path
        self.purpose = purpose

    def done(self) -> frozenset[str]:
        """Hosts that are done; a line that an interruption cut is passed over.

        Raises:
            StoreError: the file is there and cannot be read.
        """
        try:
            text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{self.path}: not read: {getattr(error, 'strerror', None) or 'not a text'}") from None
        outcomes: dict[str, bool] = {}
        for line in text.splitlines():
            try:
                entry = json.loads(line)
                if entry["purpose"] == self.purpose:
                    outcomes[str(entry["host"])] = bool(entry["done"])
            except (ValueError, KeyError, TypeError):
                continue
        return frozenset(host for host, is_done in outcomes.items() if is_done)

    def add(self, outcomes: dict[str, bool], now: datetime) -> None:
        """Write down how hosts ended; raises `StoreError`."""
        lines = [
            json.dumps({"at": now.isoformat(), "purpose": self.purpose, "host": host, "done": is_done})
            for host, is_done in sorted(outcomes.items())
        ]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            cut = self.path.exists() and not self.path.read_bytes().endswith(b"\n") and self.path.stat().st_size > 0
            with self.path.open("a", encoding="utf-8") as file:
                file.write(("\n" if cut else "") + "\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self.path}: not written: {error.strerror or error}") from None


@dataclass(slots=True)
class Rollout:
    """How a rollout went."""

    stages: list[tuple[str, ...]] = field(default_factory=list)  # those that were worked on
    failed: list[str] = field(default_factory=list)
    skipped: tuple[str, ...] = ()  # done before, by the journal
    not_tried: tuple[str, ...] = ()  # a stage before theirs failed


def roll_out(
    names: Sequence[str],
    stages: Sequence[Stage],
    work: Callable[[tuple[str, ...]], dict[str, bool]],
    *,
    now: Callable[[], datetime],
    journal: RolloutJournal | None = None,
    max_failures: int = 0,
) -> Rollout:
    """Do *work* on the hosts *names* stage by stage; it returns for each whether it succeeded.

    After a stage with more than *max_failures* failed hosts in all, the rest is not tried. With a *journal*, hosts
    that are done are passed over, and what was done is written down after each stage.
    """
    done = journal.done() if journal is not None else frozenset()
    rollout = Rollout(skipped=tuple(sorted(done & set(names))))
    left = [name for name in names if name not in done]
    planned = list(batches(left, stages))
    for number, batch in enumerate(planned):
        outcomes = work(batch)
        rollout.stages.append(batch)
        rollout.failed += sorted(name for name, is_done in outcomes.items() if not is_done)
        if journal is not None:
            journal.add(outcomes, now())
        if len(rollout.failed) > max_failures:
            rollout.not_tried = tuple(name for later in planned[number + 1 :] for name in later)
            break
    return rollout
