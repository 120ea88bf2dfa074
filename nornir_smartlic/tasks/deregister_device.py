"""The task ``deregister_device``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.operations.registered import deregister_device as deregistering
from nornir_smartlic.tasks.driving import drive


def deregister_device(task: Task, dry_run: bool | None = None) -> Result:
    """Have a host of the legacy model give its registration up; it evaluates from then on.

    Returns:
        Result: ``result`` the DeregistrationOutcome, ``changed`` whether it was registered - in a dry run too.
    Raises:
        Refused: the device did not do it.
    """
    commit = not task.is_dry_run(dry_run)
    outcome = drive(task, deregistering(commit=commit), changes=commit)
    return Result(host=task.host, result=outcome, changed=outcome.needed)
