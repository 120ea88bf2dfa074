"""The task ``return_authorization``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.operations.authorizing import return_authorization as returning
from nornir_smartlic.tasks.driving import drive


def return_authorization(task: Task, all_members: bool = True, dry_run: bool | None = None) -> Result:
    """Give the host's authorization codes back; the features must be out of use.

    Returns:
        Result: ``result`` the ReturnOutcome with the return codes, which CSSM must be given where the host is offline;
            ``changed`` whether a code was there - in a dry run too.
    Raises:
        Refused: the device did not give them back.
    """
    commit = not task.is_dry_run(dry_run)
    outcome = drive(task, returning(all_members=all_members, commit=commit), changes=commit)
    return Result(host=task.host, result=outcome, changed=outcome.needed)
