"""The task ``configure_licensing``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.model import Intent
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.waiting import Patience
from nornir_smartlic.tasks.driving import drive, intent_of_host


def configure_licensing(
    task: Task, intent: Intent | None = None, confirm: Patience | None = None, dry_run: bool | None = None
) -> Result:
    """Bring the host's licensing configuration to what its inventory asks for, and save it.

    With *confirm*, a plan that changes the way to CSSM must be followed by a report that arrives in that time; else
    that part of it is taken back.

    Returns:
        Result: ``result`` the Plan, ``diff`` its lines, ``changed`` whether it has any - in a dry run too.
    Raises:
        IntentError: the host's ``smart_licensing`` data is inconsistent, or not for its release.
        CommandRefused: the device refused a line; what was sent before it has been taken back.
        Refused: the configuration did not come about, or cut the device off; it has been taken back.
    """
    wanted = intent if intent is not None else intent_of_host(task.host)
    plan = drive(task, configure(wanted, commit=not task.is_dry_run(dry_run), confirm=confirm))
    return Result(host=task.host, result=plan, diff=str(plan), changed=bool(plan.commands))
