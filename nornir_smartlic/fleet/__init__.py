"""Many devices at once: a Nornir runner on one event loop, and rollouts in stages."""

from __future__ import annotations

from nornir_smartlic.fleet.connection import AsyncsshConnection
from nornir_smartlic.fleet.rollout import Rollout, RolloutJournal, Stage, batches, roll_out, stages_of
from nornir_smartlic.fleet.runner import FleetRunner

__all__ = [
    "AsyncsshConnection",
    "FleetRunner",
    "Rollout",
    "RolloutJournal",
    "Stage",
    "batches",
    "register_plugins",
    "roll_out",
    "stages_of",
]


def register_plugins() -> None:
    """Make the connection ``asyncssh`` and the runner ``smartlic-fleet`` known to Nornir; once is enough."""
    from nornir.core.plugins.connections import ConnectionPluginRegister
    from nornir.core.plugins.runners import RunnersPluginRegister

    if "asyncssh" not in ConnectionPluginRegister.available:
        ConnectionPluginRegister.register("asyncssh", AsyncsshConnection)
    RunnersPluginRegister.auto_register()
    if "smartlic-fleet" not in RunnersPluginRegister.available:
        RunnersPluginRegister.register("smartlic-fleet", FleetRunner)
