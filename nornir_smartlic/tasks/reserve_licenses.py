"""The task ``reserve_licenses``."""

from __future__ import annotations

import secrets
from pathlib import Path

from nornir.core.task import Result, Task

from nornir_smartlic.errors import StoreError
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.legacy import ReservationFile
from nornir_smartlic.operations.legacy import reserve_licenses as reserving
from nornir_smartlic.tasks.driving import drive, saves


def reserve_licenses(
    task: Task,
    authorization: Secret | Path | None = None,
    universal: bool = False,
    save: bool = True,
    dry_run: bool | None = None,
) -> Result:
    """Reserve licences on a host of the legacy model: get its request codes, or install CSSM's *authorization*.

    *authorization* is the code, or the path of the file, that CSSM gave for the request code. Reservation mode is
    saved, unless *save* or the host's data ``smartlic_save`` is false.

    Returns:
        Result: ``result`` the ReservationOutcome, ``changed`` whether something was to be reserved or saved - in a
            dry run too.
    Raises:
        Refused: the device gave no request code, or did not take the authorization; it is no longer in reservation
            mode if this brought it there.
    """
    what = reservation_file(authorization) if isinstance(authorization, Path) else authorization
    commit = not task.is_dry_run(dry_run)
    reserve = reserving(what, universal=universal, commit=commit, saves=save and saves(task.host))
    outcome = drive(task, reserve, changes=commit)
    return Result(host=task.host, result=outcome, changed=outcome.needed)


def reservation_file(path: Path) -> ReservationFile:
    """The file at *path*, for the device's flash; raises `StoreError` where it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = StoreError(f"{path}: not read: {error.strerror or error}")
    else:
        return ReservationFile(content, f"smartlic-reservation-{secrets.token_hex(4)}.txt")
    raise problem
