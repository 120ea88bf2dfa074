"""From every older licensing model to Smart Licensing Using Policy: what a device takes along and needs.

Pure: readings of devices go in; plans and findings come out.
"""

from nornir_smartlic.migration.acceptance import accept
from nornir_smartlic.migration.origin import Origin, origin_of
from nornir_smartlic.migration.planning import MigrationPlan, Stage, Step, plan_migration, transport_after
from nornir_smartlic.migration.readiness import Surroundings, UpgradeTarget, check_readiness

__all__ = [
    "MigrationPlan",
    "Origin",
    "Stage",
    "Step",
    "Surroundings",
    "UpgradeTarget",
    "accept",
    "check_readiness",
    "origin_of",
    "plan_migration",
    "transport_after",
]
