"""What separates a device from what is wanted of it, and the lines that close the gap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of the inventory that the device does not have as wanted.

    ``actual`` and ``wanted`` are as a user writes them; ``None``: not there (``actual``), not wanted (``wanted``).
    """

    path: str  # smart_licensing.proxy
    actual: str | None
    wanted: str | None
    commands: tuple[str, ...]  # the configuration lines that bring it about
    undo: tuple[str, ...] = ()  # the lines that bring back what was there
    of_transport: bool = False  # part of the unit that makes the way to CSSM, and taken back with it

    def __str__(self) -> str:
        return f"-{self.path}: {self.actual or '<none>'}\n+{self.path}: {self.wanted or '<none>'}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole difference between a device and its intent. A plan without differences is a device as wanted."""

    differences: tuple[Difference, ...] = ()
    commands: tuple[str, ...] = ()  # of all differences, in an order that works; the transport's unit comes first
    warnings: tuple[str, ...] = ()  # what configuration alone does not bring about: trust, account, SLAC
    needs_reload: bool = False  # True: the boot level counts from the next boot on
    not_applicable: str | None = None  # why this device has nothing to plan; None: it is under SLP
    unsaved: tuple[str, ...] | None = ()  # licensing lines that startup-config lacks; None: not known
    saved: bool = False  # it was saved, and the device said so

    @property
    def is_empty(self) -> bool:
        """Whether the device is as wanted, as far as configuration goes."""
        return not self.differences

    def __str__(self) -> str:
        """The difference as text: per key what is there and what is wanted, then the commands."""
        if self.not_applicable is not None:
            return f"not applicable: {self.not_applicable}"
        lines = [str(difference) for difference in self.differences]
        lines += [f"  {command}" for command in self.commands]
        return "\n".join(lines)


def undo(differences: Iterable[Difference]) -> tuple[str, ...]:
    """The lines that take *differences* back, the last one first."""
    return tuple(line for difference in reversed(list(differences)) for line in difference.undo)
