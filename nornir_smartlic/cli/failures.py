"""From any exception to one line for the user, without secrets and without a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Final

from nornir_smartlic.errors import IntentError, SmartLicError, UsageError

if TYPE_CHECKING:
    from nornir_smartlic.outputs import HostError

REPORT_IT: Final = "please report it with the output of SMARTLIC_DEBUG=1"

_UNREACHABLE: Final = {
    "ConnectionException": "netmiko or scrapli",
    "NetmikoTimeoutException": "no answer",
    "NetmikoAuthenticationException": "the device refused user name or password",
    "ReadTimeout": "the device stopped answering",
    "ScrapliAuthenticationFailed": "the device refused user name or password",
    "ScrapliConnectionError": "the connection was lost",
    "ScrapliTimeout": "no answer in time",
    "SSHException": "SSH failed",
    "EOFError": "the connection was lost",
}
"""Exceptions of clients that a door did not translate, by the names of their classes: none is imported for it."""


def host_error(error: BaseException) -> HostError:
    """Why a host has no result.

    An error that is not ours and not one of a connection is a bug, and is called so.
    """
    from nornir_smartlic.outputs import HostError

    if isinstance(error, SmartLicError):
        kind = type(error).__name__
        return HostError(
            kind,
            first_line(error),
            is_usage=isinstance(error, IntentError | UsageError),
            command=getattr(error, "command", None),
            line=getattr(error, "line", None),
            line_number=getattr(error, "line_number", None),
        )
    names = [each.__name__ for each in type(error).__mro__]
    known = next((name for name in names if name in _UNREACHABLE), None)
    if known is not None:
        return HostError("Unreachable", f"{_UNREACHABLE[known]}: {first_line(error)}")
    if isinstance(error, OSError):
        return HostError(type(error).__name__, os_error(error))
    debug(error)
    return HostError("InternalError", f"internal error: {type(error).__name__}: {first_line(error)} - {REPORT_IT}")


def say(message: str) -> None:
    """Lines on standard error, in which nothing acts on the terminal."""
    from nornir_smartlic.outputs.texts import clean

    for line in message.splitlines():
        print(f"smartlic: {clean(line)}", file=sys.stderr)


def first_line(error: BaseException) -> str:
    """The first line of an error's text that says something."""
    lines = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line), type(error).__name__)


def os_error(error: OSError) -> str:
    """An error of the system as one line: ``/data/reports: No space left on device``."""
    reason = error.strerror or first_line(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def debug(error: BaseException) -> None:
    """The traceback, for those who ask for it."""
    if os.environ.get("SMARTLIC_DEBUG"):
        traceback.print_exception(error)
