"""The clock and the log, as lines."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import DeviceClock, SyslogLine
from smartlic_lab.show.printer import Printer
from smartlic_lab.show.style import Style
from smartlic_lab.show.words import clock

_NO_FILTER = "filtering disabled"


def device_clock(value: DeviceClock, _: Style) -> list[str]:
    """``show clock``: a star before a time that nobody vouches for."""
    return [f"{'' if value.synchronised else '*'}{clock(value.time)}"]


def log_lines(value: tuple[SyslogLine, ...], _: Style) -> list[str]:
    """``show logging``, the lines alone."""
    return [log_line(line) for line in value]


def log_line(value: SyslogLine) -> str:
    """``*Nov 19 14:53:07.300: %SMART_LIC-6-AGENT_ENABLED: Smart Agent for Licensing is enabled``."""
    sequence = "" if value.sequence is None else f"{value.sequence:06d}: "
    stamp = "" if value.stamp is None else f"{value.mark}{value.stamp}: "
    prefix = "" if value.prefix is None else f"{value.prefix} "
    return f"{prefix}{sequence}{stamp}%{value.facility}-{value.severity}-{value.mnemonic}: {value.text}"


def log_head(count: int, size: int, *, console: bool) -> list[str]:
    """What stands above the lines of ``show logging``; unverified."""
    counted = f"level debugging, {count} messages logged, xml disabled,"
    return [
        "Syslog logging: enabled (0 messages dropped, 0 messages rate-limited, 0 flushes, 0 overruns, xml disabled, "
        f"{_NO_FILTER})",
        *("", "No Active Message Discriminator.", "", "", "No Inactive Message Discriminator.", "", ""),
        f"    Console logging: {counted if console else 'disabled'}",
        *([f"{' ' * 21}{_NO_FILTER}"] if console else []),
        "    Monitor logging: level debugging, 0 messages logged, xml disabled,",
        f"{' ' * 21}{_NO_FILTER}",
        f"    Buffer logging:  {counted}",
        f"{' ' * 20}{_NO_FILTER}",
        "    Exception Logging: size (4096 bytes)",
        "    Count and timestamp logging messages: disabled",
        "    Persistent logging: disabled",
        *("", "No active filter modules.", ""),
        f"    Trap logging: level informational, {count} message lines logged",
        "        Logging Source-Interface:       VRF Name:",
        "",
        f"Log Buffer ({size} bytes):",
        "",
    ]


PRINTERS: Final[dict[str, Printer]] = {"show clock": device_clock, "show logging": log_lines}
