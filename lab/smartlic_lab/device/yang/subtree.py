"""Subtree filters. Source: RFC 6241 section 6."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element

from smartlic_lab.device.yang.markup import split_tag, text_of

KEYS: Final = frozenset({"key_udi", "entitlement-tag", "rum-report-key", "install-type"})  # a list entry keeps its key


def filtered(roots: Iterable[Element], wanted: Iterable[Element]) -> list[Element]:
    """Copies of *roots* with what any filter of *wanted* selects."""
    kept: set[Element] = set()
    roots = list(roots)
    for one in wanted:
        for root in roots:
            _select(root, one, kept)
    return [_copy(root, kept) for root in roots if root in kept]


def _select(data: Element, wanted: Element, kept: set[Element]) -> bool:
    """Mark what of *data* the filter selects; whether that is anything."""
    if not _matches(data, wanted):
        return False
    if not len(wanted):
        if text_of(wanted) and text_of(wanted) != text_of(data):
            return False
        kept.update(data.iter())
        return True
    tests = [child for child in wanted if not len(child) and text_of(child)]
    matched = [child for test in tests for child in data if _matches(child, test) and text_of(child) == text_of(test)]
    if len(matched) < len(tests):
        return False
    if len(tests) == len(wanted):
        kept.update(data.iter())
        return True
    below = [_select(child, one, kept) for one in wanted if one not in tests for child in data]
    if not any(below) and not matched:
        return False
    kept.add(data)
    kept.update(matched)
    kept.update(child for child in data if split_tag(child.tag)[1] in KEYS)
    return True


def _matches(data: Element, wanted: Element) -> bool:
    (namespace, name), (space, word) = split_tag(data.tag), split_tag(wanted.tag)
    return name == word and space in ("", namespace)


def _copy(data: Element, kept: set[Element]) -> Element:
    found = Element(data.tag, data.attrib)
    found.text = data.text
    found.extend(_copy(child, kept) for child in data if child in kept)
    return found
