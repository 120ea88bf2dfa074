"""Who a device is: UDIs, the roles of its members, and secrets that do not show themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


@dataclass(frozen=True, slots=True, order=True)
class Udi:
    """A unique device identifier, printed ``PID:C9300-24T,SN:FOC00000001``.

    Source: reference/outputs.md section 4.
    """

    pid: str
    sn: str

    def __post_init__(self) -> None:
        if not self.pid or not self.sn:
            raise ValueError(f"a UDI has a PID and a serial number, not PID {self.pid!r} and SN {self.sn!r}")

    def __str__(self) -> str:
        return f"PID:{self.pid},SN:{self.sn}"


class Role(Enum):
    """What a member does in its stack, chassis or StackWise Virtual pair; the value is the device's word."""

    ACTIVE = "Active"
    STANDBY = "Standby"
    MEMBER = "Member"


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a stack, chassis or pair. A chassis prints the same UDI as active and as standby."""

    role: Role
    udi: Udi

    def __str__(self) -> str:
        return f"{self.role.value}: {self.udi}"


@dataclass(frozen=True, slots=True)
class SlotUdi:
    """A row of the table that ``show license udi`` prints on old images; ``own`` is its star."""

    slot: str | None  # None: the own row carries only the star
    udi: Udi
    own: bool


class Secret:
    """A text that is never shown: ``repr`` and ``str`` hide it, only :meth:`reveal` gives it back.

    It is neither picklable nor JSON-able on purpose: a secret has no place in a result or a report.
    """

    __slots__ = ("_text",)
    _HIDDEN: Final = "********"

    def __init__(self, text: str) -> None:
        if not text:
            raise ValueError("a secret is not empty")
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one line that must send it."""
        return self._text

    def hide_in(self, text: str) -> str:
        """*text* with every occurrence of the secret replaced by asterisks."""
        return text.replace(self._text, self._HIDDEN)

    def __repr__(self) -> str:
        return f"Secret({self._HIDDEN})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not serialised")
