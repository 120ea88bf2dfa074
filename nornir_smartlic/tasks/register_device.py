"""The task ``register_device``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.model import Secret
from nornir_smartlic.operations.legacy import REGISTRATION_PATIENCE
from nornir_smartlic.operations.legacy import register_device as registering
from nornir_smartlic.operations.waiting import Patience
from nornir_smartlic.tasks.driving import drive


def register_device(
    task: Task,
    token: Secret,
    force: bool = False,
    patience: Patience = REGISTRATION_PATIENCE,
    dry_run: bool | None = None,
) -> Result:
    """Register a host of the legacy model with an idtoken, and wait for it; under SLP it does not apply.

    Returns:
        Result: ``result`` the RegistrationOutcome, ``changed`` whether it was not registered - in a dry run too.
    Raises:
        Refused: the registration failed, with the reason of the device.
        TimedOut: nothing came in time.
    """
    commit = not task.is_dry_run(dry_run)
    outcome = drive(task, registering(token, force=force, commit=commit, patience=patience), changes=commit)
    return Result(host=task.host, result=outcome, changed=outcome.needed)
