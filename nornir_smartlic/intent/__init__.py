"""The wanted licensing configuration: read from the inventory, compared with a device, turned into commands."""

from nornir_smartlic.intent.plan import Difference, Plan

__all__ = ["Difference", "Plan"]
