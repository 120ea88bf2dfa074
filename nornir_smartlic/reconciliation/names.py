"""Which licence of CSSM a device means: it prints ``network-advantage (C9300-24 Network Advantage)``, CSSM the latter.

Source: reference/outputs.md section 13 for the device's names. That CSSM lists licences by what devices print in
brackets is unverified; so a name is also matched by its words, where they fit one licence alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from nornir_smartlic.intent import is_named
from nornir_smartlic.reconciliation.values import CountedLicense

_CUT: Final = "..."
"""Ends a name that the summary has cut to 20 characters. Source: reference/outputs.md."""


def candidates_for(counted: CountedLicense, names: Iterable[str], *, by_words: bool) -> tuple[str, ...]:
    """Those of *names* that *counted* may be: one where it is certain, several where it is not; () where none fits.

    With *by_words* the words of its name are enough; a licence of which nothing but the name is known has only those.
    """
    known = tuple(dict.fromkeys(names))
    display = counted.display or ""
    wanted = {_plain(text) for text in (display, counted.tag) if text and not text.endswith(_CUT)}
    if exact := [name for name in known if _plain(name) in wanted]:
        return (exact[0],)
    if display.endswith(_CUT):
        begin = _plain(display.removesuffix(_CUT))
        if found := tuple(name for name in known if _plain(name).startswith(begin)):
            return found
    elif display and not by_words:
        return ()
    if exact := [name for name in known if _plain(name) == _plain(counted.name)]:
        return (exact[0],)
    words = set(_plain(counted.name).split())
    return tuple(name for name in known if words and (words <= set(_plain(name).split()) or _is_of(counted, name)))


def _is_of(counted: CountedLicense, name: str) -> bool:
    return bool(counted.name) and is_named(counted.name, name)


def is_ambiguous(counted: CountedLicense) -> bool:
    """Whether the device's word is too little to say that CSSM has no such licence."""
    return not counted.tag and (not counted.display or counted.display.endswith(_CUT))


def label(counted: CountedLicense) -> str:
    """What it is called where CSSM has no name for it."""
    display = counted.display
    return display if display and not display.endswith(_CUT) else counted.name or counted.tag or "without a name"


def _plain(name: str) -> str:
    """Without case, and with one blank for whatever parts words."""
    return re.sub(r"[\W_]+", " ", name).strip().casefold()
