"""The tree of exceptions. First split: our mistake, or theirs."""

from __future__ import annotations

from typing import Final


class SmartLicError(Exception):
    """Every error that this package raises on purpose; its text is one line, without secrets.

    It goes from one process to another as it is, with all its attributes: an error of Python's own would be made
    anew from its text alone, which fits no constructor below.
    """

    def __reduce__(self) -> tuple[object, ...]:
        return _made_again, (type(self), self.args, self.__dict__)


def _made_again(kind: type[SmartLicError], texts: tuple[object, ...], facts: dict[str, object]) -> SmartLicError:
    error = kind.__new__(kind)
    error.args = texts
    error.__dict__.update(facts)
    return error


class IntentError(SmartLicError):
    """Asked for something inconsistent; ``path`` is the key's path, such as ``smart_licensing.proxy.port``."""

    def __init__(self, path: str, found: str, expected: str) -> None:
        super().__init__(f"{path}: {found} - expected {expected}")
        self.path = path
        self.found = found
        self.expected = expected


class UsageError(SmartLicError):
    """The command or its configuration is used wrongly: exit code 2."""


class IllegalEvent(SmartLicError):
    """Not accepted in this state; nothing has changed."""


class StoreError(SmartLicError):
    """A file or database could not be read or written: a full disk, a missing folder."""


class DeviceError(SmartLicError):
    """The other side. ``host`` and ``command`` say where; either is ``None`` until the layer that knows it adds it."""

    def __init__(self, message: str, *, host: str | None = None, command: str | None = None) -> None:
        super().__init__(message)
        self.host = host
        self.command = command


class CommandRefused(DeviceError):
    """The device answered a line with ``% ...`` or an error text, kept in ``answer``."""

    def __init__(self, command: str, answer: str, *, host: str | None = None) -> None:
        super().__init__(f"{command}: {answer}", host=host, command=command)
        self.answer = answer


class QuestionAsked(CommandRefused):
    """The device asks something that no answer is known to; the session was given up, and the question with it."""


class ParseError(DeviceError):
    """An output that is not what the command prints; ``line_number`` counts from 1, ``None``: the text as a whole."""

    def __init__(
        self,
        command: str,
        problem: str,
        *,
        line_number: int | None = None,
        line: str | None = None,
        host: str | None = None,
    ) -> None:
        where = f" line {line_number}" if line_number is not None else ""
        what = f": {line.strip()!r}" if line is not None else ""
        super().__init__(f"{command}{where}{what} - {problem}", host=host, command=command)
        self.problem = problem
        self.line_number = line_number
        self.line = line


class Unreachable(DeviceError):
    """No connection to the host, or it was lost."""


class HostKeyRejected(Unreachable):
    """The host's key is not known, or is another one than the one that is; no password was sent."""


class SessionLost(Unreachable):
    """The connection was lost while lines were sent: what stands on the device is not known until it is read.

    ``lines_sent`` of ``lines_total`` were answered, none of them with an error; ``lines_unknown`` (0 or 1) was sent
    behind them and not answered. The next request to the same door connects anew.
    """

    def __init__(
        self,
        reason: str,
        *,
        lines_sent: int,
        lines_total: int,
        lines_unknown: int,
        host: str | None = None,
        command: str | None = None,
    ) -> None:
        answered = f"{lines_sent} of {lines_total} lines were answered"
        unknown = ", the next was sent and may have been taken" if lines_unknown else ""
        super().__init__(f"{reason}; {answered}{unknown}", host=host, command=command)
        self.reason = reason
        self.lines_sent = lines_sent
        self.lines_total = lines_total
        self.lines_unknown = lines_unknown


class StateUnknown(Unreachable):
    """A device was changed and did not come back: what stands there is not known until somebody reads it.

    ``lines_sent`` of ``lines_total`` had been sent, 0 of 0 for a command; ``reason`` is how the connection ended.
    """

    def __init__(
        self,
        state: str,
        reason: str,
        *,
        lines_sent: int = 0,
        lines_total: int = 0,
        host: str | None = None,
        command: str | None = None,
    ) -> None:
        super().__init__(f"{state}; {reason}", host=host, command=command)
        self.reason = reason
        self.lines_sent = lines_sent
        self.lines_total = lines_total


class Busy(DeviceError):
    """Another run is changing the device; the message says whose."""


class Refused(DeviceError):
    """The device did what was asked and it failed there: trust not installed, a rejected file. ``reason``: its word.

    ``cause``: of a trust that failed, the value of its `TrustResult`; ``None``: of anything else.
    """

    def __init__(self, message: str, reason: str, *, host: str | None = None, command: str | None = None) -> None:
        super().__init__(f"{message}: {reason}", host=host, command=command)
        self.reason = reason
        self.cause: str | None = None


class TimedOut(DeviceError):
    """What was waited for did not come in time."""


class Interrupted(SmartLicError):
    """Stopped by Ctrl-C or SIGTERM: before anything was changed, or while it was only waited for an outcome.

    ``tried``: something had been asked of the device, of which nobody has seen the outcome.
    """

    def __init__(self, message: str, *, tried: bool = False) -> None:
        super().__init__(message)
        self.tried = tried


class TooLarge(DeviceError):
    """An answer or a file that passes its size limit; reading stopped there."""


class FileRejected(SmartLicError):
    """A report, ACK, bundle or authorization file is not what it should be."""


class CssmError(SmartLicError):
    """CSSM, SSM On-Prem or CSLU answered with an error; ``status`` is the HTTP status, ``None``: no answer."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ReportRejected(CssmError):
    """CSSM did not take a usage report; ``reason`` is the one it gave."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"usage report rejected: {reason}")
        self.reason = reason


LOST: Final = (Unreachable, TimedOut)
"""The errors after which nobody knows what of a request the device did. The next request connects anew."""
