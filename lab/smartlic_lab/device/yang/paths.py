"""XPath filters, as far as they are paths: ``/native/hostname``, ``/licensing/state/usage[key='1']``, joined by ``|``.

A path becomes the subtree filter that selects the same. Prefixes are not looked up: the server has no two elements of
one name that a path could mix up. Source: RFC 6241 section 8.9; that IOS-XE takes them without prefixes is unverified.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement

_STEP: Final = re.compile(r"(?:[\w.-]+:)?([\w.-]+)((?:\[\s*(?:[\w.-]+:)?[\w.-]+\s*=\s*(?:'[^']*'|\"[^\"]*\")\s*\])*)")
_TEST: Final = re.compile(r"\[\s*(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\")\s*\]")
_MOST_TEXT: Final = 4096  # characters
_MOST_STEPS: Final = 64


def filters_of(select: str) -> list[Element]:
    """The subtree filters of a path; raises `ValueError` for XPath that is more than paths, or too long."""
    if len(select) > _MOST_TEXT:
        raise ValueError(f"XPath of {len(select)} characters - expected {_MOST_TEXT} at most")
    return [_filter(path.strip()) for path in _split(select, "|")]


def _filter(path: str) -> Element:
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"XPath {path!r} - expected a path from the root")
    top: Element | None = None
    at: Element | None = None
    steps = _split(path[1:], "/")
    if len(steps) > _MOST_STEPS:
        raise ValueError(f"XPath of {len(steps)} steps - expected {_MOST_STEPS} at most")
    for step in steps:
        found = _STEP.fullmatch(step.strip())
        if found is None:
            raise ValueError(f"XPath step {step!r} - expected a name, with tests such as [name='value']")
        at = Element(found[1]) if at is None else SubElement(at, found[1])
        top = at if top is None else top
        for name, single, double in _TEST.findall(found[2]):
            SubElement(at, name).text = single or double
    assert top is not None
    return top


def _split(text: str, sign: str) -> list[str]:
    """*text* cut at *sign* where that does not stand in quotes, in one pass; a quote without an end runs to the end."""
    parts, start, quote = [], 0, ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == sign:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
