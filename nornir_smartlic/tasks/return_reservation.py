"""The task ``return_reservation``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.operations.registered import return_reservation as returning
from nornir_smartlic.tasks.driving import drive


def return_reservation(task: Task, dry_run: bool | None = None) -> Result:
    """Have a host of the legacy model give its reserved licences back.

    Returns:
        Result: ``result`` the ReturnOutcome with the return codes, which CSSM must be given; ``changed`` whether
            licences were reserved - in a dry run too.
    Raises:
        Refused: the device did not give them back.
    """
    commit = not task.is_dry_run(dry_run)
    outcome = drive(task, returning(commit=commit), changes=commit)
    return Result(host=task.host, result=outcome, changed=outcome.needed)
