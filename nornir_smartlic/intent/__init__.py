"""The wanted licensing configuration: read from the inventory, compared with a device, turned into commands."""

from nornir_smartlic.intent.inventory import KEY, check_url, intent_of
from nornir_smartlic.intent.plan import Difference, Plan, undo
from nornir_smartlic.intent.planning import make_plan, untrusted, why_not_slp
from nornir_smartlic.intent.transport_unit import actual_transport

__all__ = [
    "KEY",
    "Difference",
    "Plan",
    "actual_transport",
    "check_url",
    "intent_of",
    "make_plan",
    "undo",
    "untrusted",
    "why_not_slp",
]
