"""The task ``factory_reset``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.operations.resetting import factory_reset as resetting
from nornir_smartlic.tasks.driving import drive


def factory_reset(task: Task, dry_run: bool | None = None) -> Result:
    """Have the host forget trust, policy, authorizations and reports at its next reload, which is left to the caller.

    Returns:
        Result: ``result`` the ResetOutcome, ``changed`` whether the host can be reset - in a dry run too.
    """
    commit = not task.is_dry_run(dry_run)
    outcome = drive(task, resetting(commit=commit), changes=commit)
    return Result(host=task.host, result=outcome, changed=outcome.not_applicable is None)
