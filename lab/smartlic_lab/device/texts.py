"""Dates and spans in the words of IOS-XE."""

from __future__ import annotations

from datetime import datetime, timedelta

from smartlic_lab.show.words import clock


def date_text(time: datetime) -> str:
    """``12:19:01 UTC Tue Nov 16 2021``"""
    return f"{time:%H:%M:%S} {time.tzname()} {time:%a %b} {time.day} {time:%Y}"


def clock_text(time: datetime, *, trusted: bool) -> str:
    """``*12:19:01.163 UTC Tue Nov 16 2021``; the mark says that nobody set the clock."""
    return f"{'' if trusted else '*'}{clock(time)}"


def span_text(span: timedelta) -> str:
    """``2 days, 0 hours, 18 minutes``, as uptimes are printed: from the largest unit that there is down to minutes.

    Source: 118 of 119 public ``show version`` outputs print units that are zero (reference/corrections-2026-11.md).
    """
    minutes = int(span.total_seconds() // 60)
    parts: list[str] = []
    for unit, size in (("year", 525600), ("week", 10080), ("day", 1440), ("hour", 60), ("minute", 1)):
        amount, minutes = divmod(minutes, size)
        if amount or parts or unit == "minute":
            parts.append(f"{amount} {unit}{'' if amount == 1 else 's'}")
    return ", ".join(parts)
