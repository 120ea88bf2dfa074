"""Dates and spans in the words of IOS-XE."""

from __future__ import annotations

from datetime import datetime, timedelta


def date_text(time: datetime) -> str:
    """``12:19:01 UTC Tue Nov 16 2021``"""
    return f"{time:%H:%M:%S} {time.tzname()} {time:%a %b} {time.day} {time:%Y}"


def clock_text(time: datetime, *, trusted: bool) -> str:
    """``*12:19:01.163 UTC Tue Nov 16 2021``; the mark says that nobody set the clock."""
    milliseconds = time.microsecond // 1000
    mark = "" if trusted else "*"
    return f"{mark}{time:%H:%M:%S}.{milliseconds:03} {time.tzname()} {time:%a %b} {time.day} {time:%Y}"


def span_text(span: timedelta) -> str:
    """``2 days, 3 hours, 18 minutes``, as uptimes are printed."""
    minutes = int(span.total_seconds() // 60)
    parts = []
    for unit, size in (("year", 525600), ("week", 10080), ("day", 1440), ("hour", 60)):
        amount, minutes = divmod(minutes, size)
        if amount:
            parts.append(f"{amount} {unit}{'s' if amount > 1 else ''}")
    if minutes or not parts:
        parts.append(f"{minutes} minute{'' if minutes == 1 else 's'}")
    return ", ".join(parts)
