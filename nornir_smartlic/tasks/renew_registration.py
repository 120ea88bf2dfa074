"""The task ``renew_registration``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.operations.registered import RENEWAL_PATIENCE
from nornir_smartlic.operations.registered import renew_registration as renewing
from nornir_smartlic.operations.waiting import Patience
from nornir_smartlic.tasks.driving import drive


def renew_registration(
    task: Task, identity: bool = False, patience: Patience = RENEWAL_PATIENCE, dry_run: bool | None = None
) -> Result:
    """Have CSSM authorize anew what a registered host of the legacy model uses, or renew its *identity* certificate.

    Returns:
        Result: ``result`` the RenewalOutcome, ``changed`` whether the host is registered - in a dry run too.
    Raises:
        Refused: CSSM did not renew it, or was not reached, with the reason of the device.
        TimedOut: nothing came in time.
    """
    commit = not task.is_dry_run(dry_run)
    outcome = drive(task, renewing(identity=identity, commit=commit, patience=patience), changes=commit)
    return Result(host=task.host, result=outcome, changed=outcome.needed)
