"""Several outputs of one device put together, and where two of them disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final

from nornir_smartlic.model.licenses import LicenseUsage
from nornir_smartlic.model.state import LicensingState


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One fact that two outputs tell differently; ``path`` is its field, such as ``usage_reporting.last_ack``."""

    path: str
    first: Any
    second: Any

    def __str__(self) -> str:
        return f"{self.path}: {self.first} and {self.second}"


def merge(*states: LicensingState) -> tuple[LicensingState, tuple[Disagreement, ...]]:
    """What all *states*, read of one device, tell together.

    A field that only one output prints is taken from it. Of two that differ, the first one counts, so put the output
    first that was read last; the difference is reported, nothing is averaged. Inside a section an output may tell
    less (``show license status`` has no ``Server Identity Check``): what is ``None`` in one is taken from the other
    only for fields that some outputs do not print, since elsewhere ``None`` is the fact that <none> was printed.
    """
    merged = LicensingState()
    disagreements: list[Disagreement] = []
    for state in states:
        merged = _merged_state(merged, state, disagreements)
    return merged, tuple(disagreements)


def _merged_state(first: LicensingState, second: LicensingState, disagreements: list[Disagreement]) -> LicensingState:
    changes = {}
    for item in fields(LicensingState):
        ours, theirs = getattr(first, item.name), getattr(second, item.name)
        if theirs is None or (item.name in _OF_ONE_OUTPUT and ours is not None):
            continue
        if ours is None:
            changes[item.name] = theirs
        elif ours != theirs:
            together = _TOGETHER.get(item.name, _section)
            changes[item.name] = together(item.name, ours, theirs, disagreements)
    return replace(first, **changes) if changes else first


def _section(path: str, ours: Any, theirs: Any, disagreements: list[Disagreement]) -> Any:
    """A section that both outputs have: field by field if it is a value with fields, or the first as a whole."""
    if not is_dataclass(ours) or isinstance(ours, type) or type(ours) is not type(theirs):
        disagreements.append(Disagreement(path, ours, theirs))
        return ours
    changes = {}
    for item in fields(ours):
        mine, other = getattr(ours, item.name), getattr(theirs, item.name)
        if mine == other:
            continue
        within = f"{path}.{item.name}"
        if within in _PRINTED_BY_SOME and (mine in (None, ()) or other in (None, ())):
            if mine in (None, ()):
                changes[item.name] = other
        elif is_dataclass(mine) and is_dataclass(other):
            changes[item.name] = _section(within, mine, other, disagreements)
        else:
            disagreements.append(Disagreement(within, mine, other))
    return replace(ours, **changes) if changes else ours


def _usage(path: str, ours: Any, theirs: Any, disagreements: list[Disagreement]) -> tuple[LicenseUsage, ...]:
    """The licences of both. The summary cuts tags short, and tech support names what is not in use too."""
    left = list(theirs)
    result = []
    for used in ours:
        other = next((candidate for candidate in left if _same_license(used, candidate)), None)
        if other is None:
            result.append(used)
            if not _is_placeholder(used):
                disagreements.append(Disagreement(f"{path}[{_named(used)}]", used.count, None))
            continue
        left.remove(other)
        result.append(_license(f"{path}[{_named(used)}]", used, other, disagreements))
    for used in left:
        result.append(used)
        if not _is_placeholder(used):
            disagreements.append(Disagreement(f"{path}[{_named(used)}]", None, used.count))
    return tuple(result)


def _license(path: str, ours: LicenseUsage, theirs: LicenseUsage, disagreements: list[Disagreement]) -> LicenseUsage:
    changes = {}
    for item in fields(LicenseUsage):
        mine, other = getattr(ours, item.name), getattr(theirs, item.name)
        if mine == other or other is None or other == ():
            continue
        if mine is None or mine == ():
            changes[item.name] = other
        elif item.name == "display":
            changes[item.name] = max(mine, other, key=lambda text: (not text.endswith("..."), len(text)))
        else:
            disagreements.append(Disagreement(f"{path}.{item.name}", mine, other))
    return replace(ours, **changes) if changes else ours


def _same_license(one: LicenseUsage, other: LicenseUsage) -> bool:
    if one.name != other.name:
        return False
    if one.tag and other.tag:
        return one.tag == other.tag
    first, second = (used.display or used.description or "" for used in (one, other))
    if first.endswith("..."):
        return second.startswith(first[:-3])
    if second.endswith("..."):
        return first.startswith(second[:-3])
    return not first or not second or first == second or one.description == other.description


def _is_placeholder(used: LicenseUsage) -> bool:
    return used.count == 0


def _named(used: LicenseUsage) -> str:
    return f"{used.name} ({used.display or used.description})"


_OF_ONE_OUTPUT: Final = frozenset({"header", "tech_support"})  # of the moment of its output: nothing to compare
_PRINTED_BY_SOME: Final = frozenset(
    {
        "transport.server_identity_check", "transport.ip_mode", "transport.trust_point", "usage_reporting.state",
        "usage_reporting.in_policy", "report_summary.purged_bracket", "report_summary.waiting_for_ack_bracket",
        "report_summary.maximum_display", "report_summary.in_storage", "report_summary.mia",
        "report_summary.mia_bracket", "report_summary.module_status", "registration.initial", "registration.expires",
        "authorization_state.since", "authorization_state.communication_deadline",
        "authorization_state.last_communication.time", "authorizations.derived_tags", "authorizations.authorizations",
        "conversion.status", "authorizations.last_data_push", "authorizations.last_file_export",
        "reservation.export_controlled_allowed",
    }
)  # fmt: skip
_TOGETHER: Final[dict[str, Callable[[str, Any, Any, list[Disagreement]], Any]]] = {"usage": _usage}
