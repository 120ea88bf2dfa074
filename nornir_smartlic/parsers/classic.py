"""The classic model: ``show license`` and ``show license right-to-use``."""

from __future__ import annotations

import re
from typing import Final

from nornir_smartlic.model import ClassicLicense, RightToUse, RightToUseLicense, RightToUseUsage
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
    values: dict[str, str] = {}
    while (key := section.next_key()) in _KEYS and _KEYS[key or ""] not in values:
        values[_KEYS[key or ""]] = section.take(key or "", str)
    if values and "priority" not in values:
        raise section.missing("License Priority:")
    count = values.get("count")
    counted = _COUNT.fullmatch(count) if count else None
    return ClassicLicense(
        index=index,
        feature=feature,
        in_use=int(counted.group(1)) if counted else None,
        violation=int(counted.group(2)) if counted else None,
        **values,
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
    """``show license right-to-use``: a table, and lines on levels below it; or a list of details. Unverified."""
    if _DETAIL.match(section.next_line() or ""):
        return RightToUse((), details=_details(section))
    heading = section.take_line()
    if heading.split()[:1] == ["Slot#"] and heading.endswith("EULA"):
        return RightToUse((), usage=_usage(section))
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


_DETAIL: Final = re.compile(r"Index +(\d+): *\t*(.*)")
_USED: Final = re.compile(r"(\d+) +(\S+) +(\S+) +(\d+ *: *\d+ *: *\d+) +(yes|no) +(yes|no)")


def _usage(section: Section) -> tuple[RightToUseUsage, ...]:
    rows = []
    while (line := section.next_line()) is not None and (not line.strip("-") or _USED.fullmatch(line)):
        section.take_line()
        if found := _USED.fullmatch(line):
            slot, name, kind, duration, in_use, eula = found.groups()
            rows.append(RightToUseUsage(int(slot), name, kind, duration, in_use == "yes", eula == "yes"))
    if not rows:
        raise section.missing("a licence")
    return tuple(rows)


def _details(section: Section) -> tuple[tuple[int, tuple[tuple[str, str], ...]], ...]:
    found = []
    while (line := section.next_line()) is not None and (match := _DETAIL.match(line)):
        section.take_line()
        pairs = [match.group(2)]
        while (line := section.next_line()) is not None and ": " in line and not _DETAIL.match(line):
            pairs.append(section.take_line())
        values = [(key, value.strip()) for key, _, value in (pair.partition(":") for pair in pairs)]
        found.append((int(match.group(1)), tuple(values)))
    return tuple(found)


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
