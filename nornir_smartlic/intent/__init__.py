"""The wanted licensing configuration: read from the inventory, compared with a device, turned into commands."""

from nornir_smartlic.intent.codes import code_lines, has_code, is_authorized, is_named
from nornir_smartlic.intent.compare import compare
from nornir_smartlic.intent.comparison import Comparison, Evidence, merged
from nornir_smartlic.intent.inventory import KEY, intent_of
from nornir_smartlic.intent.layers import MergedData, merge_intent_data
from nornir_smartlic.intent.levels import running_level
from nornir_smartlic.intent.plan import Difference, Plan, undo
from nornir_smartlic.intent.planning import CONTROLLER, make_plan, same_account, untrusted, why_not_slp
from nornir_smartlic.intent.registration import is_to_register
from nornir_smartlic.intent.way import (
    Interface,
    Way,
    WayProblem,
    actual_transport,
    configured_vrf,
    host_entry,
    interface_of,
    misplaced_source,
    source_problems,
    unresolved,
    url_problem,
    way_of,
    wrong_transport,
)

__all__ = [
    "CONTROLLER",
    "KEY",
    "Comparison",
    "Difference",
    "Evidence",
    "Interface",
    "MergedData",
    "Plan",
    "Way",
    "WayProblem",
    "actual_transport",
    "code_lines",
    "compare",
    "configured_vrf",
    "has_code",
    "host_entry",
    "intent_of",
    "interface_of",
    "is_authorized",
    "is_named",
    "is_to_register",
    "make_plan",
    "merge_intent_data",
    "merged",
    "misplaced_source",
    "running_level",
    "same_account",
    "source_problems",
    "undo",
    "unresolved",
    "untrusted",
    "url_problem",
    "way_of",
    "why_not_slp",
    "wrong_transport",
]
