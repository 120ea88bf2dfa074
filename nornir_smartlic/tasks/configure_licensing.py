"""The task ``configure_licensing``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.model import Intent
from nornir_smartlic.operations.configuring import Safety, configure
from nornir_smartlic.tasks.driving import drive, intent_of_host, saves


def configure_licensing(
    task: Task, intent: Intent | None = None, safety: Safety | None = None, dry_run: bool | None = None
) -> Result:
    """Bring the host's licensing configuration to what its inventory asks for, and save it.

    *safety* is how the change is made sure of: saved or not, confirmed by a report, or taken back by the device itself.
    Without it, a host with the data ``smartlic_save: false`` is not saved.

    Returns:
        Result: ``result`` the Plan, ``diff`` its lines, ``changed`` whether it has any - in a dry run too.
    Raises:
        IntentError: the host's ``smart_licensing`` data is inconsistent, or not for its release.
        CommandRefused: the device refused a line; what was sent before it has been taken back.
        StateUnknown: the session was lost, and the host did not come back.
        Refused: the configuration did not come about, or cut the device off; it has been taken back.
    """
    wanted = intent if intent is not None else intent_of_host(task.host)
    safety = safety if safety is not None else Safety(save=saves(task.host))
    commit = not task.is_dry_run(dry_run)
    plan = drive(task, configure(wanted, commit=commit, safety=safety), changes=commit)
    return Result(host=task.host, result=plan, diff=str(plan), changed=bool(plan.commands or plan.unsaved))
