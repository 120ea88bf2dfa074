"""Log messages: the buffer of ``show logging``, and who sees them as they come."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from nornir_smartlic.model import SyslogLine
from smartlic_lab.show import log_line


@dataclass(frozen=True, slots=True)
class LogMessage:
    """One message as it is printed: ``*Nov 19 14:53:07.300: %SMART_LIC-6-AGENT_READY: ...``."""

    time: datetime  # the device's clock
    synchronised: bool
    facility: str
    severity: int
    mnemonic: str
    text: str

    @property
    def line(self) -> SyslogLine:
        """The message as ``show logging`` has it."""
        stamp = f"{self.time:%b} {self.time.day:2} {self.time:%H:%M:%S}.{self.time.microsecond // 1000:03}"
        mark = "" if self.synchronised else "*"
        return SyslogLine(self.facility, self.severity, self.mnemonic, self.text, stamp=stamp, mark=mark)

    def __str__(self) -> str:
        return log_line(self.line)


class LogBuffer:
    """The last messages, as many as fit into the buffer's bytes."""

    def __init__(self, size: int = 102_400) -> None:
        self.size = size
        self.count = 0
        self._messages: deque[LogMessage] = deque()
        self._used = 0

    def add(self, message: LogMessage) -> None:
        """Keep a message; the oldest fall out."""
        self.count += 1
        self._messages.append(message)
        self._used += len(str(message)) + 1
        while self._used > self.size and len(self._messages) > 1:
            self._used -= len(str(self._messages.popleft())) + 1

    def clear(self) -> None:
        """``clear logging``."""
        self._messages.clear()
        self._used = 0

    def messages(self) -> tuple[LogMessage, ...]:
        """All that is kept, oldest first."""
        return tuple(self._messages)
