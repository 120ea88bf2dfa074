"""The task ``request_authorization``."""

from __future__ import annotations

import secrets
from pathlib import Path

from nornir.core.task import Result, Task

from nornir_smartlic.operations.authorizing import AUTHORIZATION_PATIENCE
from nornir_smartlic.operations.authorizing import request_authorization as requesting
from nornir_smartlic.operations.waiting import Patience
from nornir_smartlic.tasks.driving import drive
from nornir_smartlic.tasks.keeping import keep_as


def request_authorization(
    task: Task,
    feature: str,
    count: int | None = None,
    all_members: bool = True,
    replace_codes: bool = False,
    directory: str | Path | None = None,
    patience: Patience = AUTHORIZATION_PATIENCE,
    dry_run: bool | None = None,
) -> Result:
    """Get the host a SLAC for *feature*, such as ``hseck9``, and wait for it.

    A host whose transport is off writes a request file, which is kept in *directory*, for CSSM.

    Returns:
        Result: ``result`` the AuthorizationOutcome, ``changed`` whether a code was missing - in a dry run too.
    Raises:
        Refused: no code was given, with the reason.
        TimedOut: nothing came in time.
    """
    keep = keep_as(Path(directory) / f"{task.host.name}-{feature}-request.txt") if directory is not None else None
    commit = not task.is_dry_run(dry_run)
    outcome = drive(
        task,
        requesting(
            feature,
            count=count,
            all_members=all_members,
            replace_codes=replace_codes,
            keep=keep,
            name=f"smartlic-authorization-{secrets.token_hex(4)}.txt",
            commit=commit,
            patience=patience,
        ),
        changes=commit,
    )
    return Result(host=task.host, result=outcome, changed=outcome.needed)
