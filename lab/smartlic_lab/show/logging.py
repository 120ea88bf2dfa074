"""Log lines, as they stand in the log."""

from __future__ import annotations

from nornir_smartlic.model import SyslogLine


def log_lines(told: tuple[SyslogLine, ...]) -> list[str]:
    """``show logging``, the lines alone."""
    return [log_line(line) for line in told]


def log_line(told: SyslogLine) -> str:
    """``*Nov 19 14:53:07.300: %SMART_LIC-6-AGENT_ENABLED: Smart Agent for Licensing is enabled``."""
    sequence = "" if told.sequence is None else f"{told.sequence:06d}: "
    stamp = "" if told.stamp is None else f"{told.mark}{told.stamp}: "
    prefix = "" if told.prefix is None else f"{told.prefix} "
    return f"{prefix}{sequence}{stamp}%{told.facility}-{told.severity}-{told.mnemonic}: {told.text}"
