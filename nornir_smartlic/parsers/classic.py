"""The classic model: ``show license`` and ``show license right-to-use``."""

from __future__ import annotations

import re
from typing import Final

from nornir_smartlic.model import ClassicLicense, RightToUse, RightToUseLicense
from nornir_smartlic.parsers.section import Problem, Section, number

_INDEX: Final = re.compile(r"Index\s+(\d+)\s+Feature: *(\S+)")
_COUNT: Final = re.compile(r"(\d+)/(\d+) +\(In-use/Violation\)")


def classic_licenses(section: Section) -> tuple[ClassicLicense, ...]:
    """``show license``: a feature with its lines below, or with none where it is not licensed."""
    licenses = []
    while (line := section.next_line()) is not None and (match := _INDEX.fullmatch(line)):
        section.take_line()
        licenses.append(_license(section, int(match.group(1)), match.group(2)))
    if not licenses:
        raise section.missing("Index 1 Feature:")
    return tuple(licenses)


def _license(section: Section, index: int, feature: str) -> ClassicLicense:
    told: dict[str, str] = {}
    while (key := section.next_key()) in _KEYS and _KEYS[key or ""] not in told:
        told[_KEYS[key or ""]] = section.take(key or "", str)
    if told and "priority" not in told:
        raise section.missing("License Priority:")
    count = told.get("count")
    counted = _COUNT.fullmatch(count) if count else None
    return ClassicLicense(
        index=index,
        feature=feature,
        in_use=int(counted.group(1)) if counted else None,
        violation=int(counted.group(2)) if counted else None,
        **told,
    )


_KEYS: Final = {
    "Period left": "period_left",
    "Period Used": "period_used",
    "License Type": "license_type",
    "License State": "state",
    "License Count": "count",
    "License Priority": "priority",
}


def right_to_use(section: Section) -> RightToUse:
    """``show license right-to-use [summary]``: a table, and lines on levels below it. Recalled."""
    heading = section.take_line()
    with_slots = heading.startswith("Slot#")
    if not with_slots and not heading.startswith("License Name"):
        raise Problem("expected the table of licences", heading)
    licenses = []
    levels = []
    while (line := section.next_line()) is not None:
        key = section.next_key() or ""
        if not line.strip("-"):
            section.take_line()
        elif ":" in line:
            levels.append((key, section.take(key, str)))
        else:
            licenses.append(_row(section.take_line(), with_slots))
    if not licenses:
        raise section.missing("a licence")
    return RightToUse(tuple(licenses), tuple(levels))


def _row(line: str, with_slots: bool) -> RightToUseLicense:
    words = line.split()
    try:
        slot = number(words.pop(0)) if with_slots else None
        name, kind, count, *left = words
        if not left:
            raise ValueError
    except (ValueError, IndexError):
        raise Problem("expected a slot, a licence, its type, a count and the period left", line) from None
    return RightToUseLicense(slot, name, kind, count, " ".join(left))
