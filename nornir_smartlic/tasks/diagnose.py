"""The task ``diagnose``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.operations.diagnosing import diagnose as diagnosing
from nornir_smartlic.tasks.driving import drive, intent_of_host


def diagnose(task: Task, dry_run: bool | None = None) -> Result:
    """Find out why the host does not report; nothing is changed, *dry_run* makes no difference.

    Returns:
        Result: ``result`` the Diagnosis: causes, the freshest first, each with its evidence, its time and its fix;
            what is over comes last, as history.
    Raises:
        IntentError: the host's ``smart_licensing`` data is inconsistent.
    """
    del dry_run
    return Result(host=task.host, result=drive(task, diagnosing(intent_of_host(task.host))), changed=False)
