"""Authorization codes (SLAC) that a device holds, and for what."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import AuthorizationStatus, LicensingState, MemberAuthorization, Role

_WORDS: Final = {"hseck9": "hsec"}
"""What a feature is called in the names of licences: ``C9K HSEC``, ``DNA_HSEC``. Source: reference/outputs.md 5."""


def is_named(feature: str, name: str) -> bool:
    """Whether a licence's name or tag is that of *feature*."""
    return _WORDS.get(feature, feature).lower() in name.lower()


def code_lines(state: LicensingState) -> tuple[MemberAuthorization, ...]:
    """The members with the standing of their codes."""
    return state.authorizations.members if state.authorizations is not None else ()


def has_code(line: MemberAuthorization) -> bool:
    """Whether the member has a code, for whatever."""
    return line.status not in (None, AuthorizationStatus.NOT_INSTALLED)


def is_authorized(state: LicensingState, feature: str, *, all_members: bool = True) -> bool:
    """Whether all members, or the active one alone, have a code, and the device prints that it is for *feature*."""
    held = state.authorizations
    names = [text for each in (held.authorizations if held else ()) for text in (each.name, each.display)]
    names += held.derived_tags if held else ()
    lines = [line for line in code_lines(state) if all_members or line.member.role is Role.ACTIVE]
    return bool(lines) and all(map(has_code, lines)) and any(is_named(feature, name) for name in names)
