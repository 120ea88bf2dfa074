"""The task ``sync_usage``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.operations.syncing import SYNC_PATIENCE
from nornir_smartlic.operations.syncing import sync_usage as syncing
from nornir_smartlic.operations.waiting import Patience
from nornir_smartlic.tasks.driving import drive


def sync_usage(task: Task, patience: Patience = SYNC_PATIENCE, dry_run: bool | None = None) -> Result:
    """Have the host report its usage now, and wait for the acknowledgement.

    Returns:
        Result: ``result`` the SyncOutcome, ``changed`` whether a report was sent, or would be.
    Raises:
        Refused: the report did not arrive, with the reason of the device.
        TimedOut: no acknowledgement in time.
    """
    commit = not task.is_dry_run(dry_run)
    outcome = drive(task, syncing(commit=commit, patience=patience), changes=commit)
    return Result(host=task.host, result=outcome, changed=outcome.needed)
