"""What separates a device from what is wanted of it, and the lines that close the gap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from nornir_smartlic.intent.comparison import Comparison, backwards

Difference: TypeAlias = Comparison
"""A comparison in which the device is not as wanted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole difference between a device and its intent. A plan without differences is a device as wanted."""

    differences: tuple[Difference, ...] = ()
    commands: tuple[str, ...] = ()  # configuration lines of all differences, as the device's own configuration has them
    warnings: tuple[str, ...] = ()  # what configuration alone does not bring about: trust, account, SLAC
    needs_reload: bool = False  # True: a level, package, suite or throughput counts from the next boot on
    not_applicable: str | None = None  # why this device has nothing to plan; None: it is under SLP
    unsaved: tuple[str, ...] | None = ()  # licensing lines that startup-config lacks; None: not known
    saved: bool = False  # it was saved, and the device said so

    @property
    def is_empty(self) -> bool:
        """Whether the device is as wanted, as far as configuration goes."""
        return not self.differences

    @property
    def exec_steps(self) -> tuple[str, ...]:
        """What is left to do in EXEC mode; nothing of it is done by itself."""
        codes = tuple(f"license smart authorization request add {name} all, first" for name in self.codes)
        return (*codes, "reload") if self.needs_reload else codes

    @property
    def codes(self) -> tuple[str, ...]:
        """The features whose SLAC must be there before all lines are taken, and is not."""
        return tuple(dict.fromkeys(each.needs for each in self.differences if each.needs is not None))

    def __str__(self) -> str:
        """The difference as text: per key what is there and what is wanted, then the commands."""
        if self.not_applicable is not None:
            return f"not applicable: {self.not_applicable}"
        lines = [str(difference) for difference in self.differences]
        lines += [f"  {command}" for command in self.commands]
        lines += [f"  in EXEC mode: {step}" for step in self.exec_steps]
        return "\n".join(lines)


def undo(differences: Iterable[Difference]) -> tuple[str, ...]:
    """The lines that take *differences* back, the last one first."""
    return backwards(line for difference in reversed(list(differences)) for line in difference.undo)
