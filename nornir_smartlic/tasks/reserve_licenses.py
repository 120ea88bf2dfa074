"""The task ``reserve_licenses``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.model import Secret
from nornir_smartlic.operations.legacy import reserve_licenses as reserving
from nornir_smartlic.tasks.driving import drive


def reserve_licenses(
    task: Task, authorization_code: Secret | None = None, universal: bool = False, dry_run: bool | None = None
) -> Result:
    """Reserve licences on a host of the legacy model: without a code get its request codes, with one install it.

    Returns:
        Result: ``result`` the ReservationOutcome, ``changed`` whether nothing was reserved - in a dry run too.
    Raises:
        Refused: the device gave no request code, or did not take the authorization code.
    """
    commit = not task.is_dry_run(dry_run)
    outcome = drive(task, reserving(authorization_code, universal=universal, commit=commit))
    return Result(host=task.host, result=outcome, changed=outcome.needed)
