"""The task ``collect_usage_reports``."""

from __future__ import annotations

import secrets
from pathlib import Path

from nornir.core.task import Result, Task

from nornir_smartlic.operations.collecting import Selection
from nornir_smartlic.operations.collecting import collect_usage_reports as collecting
from nornir_smartlic.tasks.driving import drive
from nornir_smartlic.tasks.keeping import keep_in


def collect_usage_reports(
    task: Task, directory: str | Path, selection: Selection | None = None, dry_run: bool | None = None
) -> Result:
    """Fetch the host's usage reports into *directory*: saved on the device, fetched, checked, kept whole.

    *selection* is which reports, those not yet reported where it is ``None``. What was not kept stays on the device.

    Returns:
        Result: ``result`` the CollectedReports, ``changed`` whether a file was kept.
    Raises:
        FileRejected: the file is not what it should be.
        StoreError: it could not be kept.
    """
    name = f"smartlic-usage-{secrets.token_hex(4)}.txt"
    commit = not task.is_dry_run(dry_run)
    collected = drive(
        task, collecting(keep_in(Path(directory)), name, selection=selection, commit=commit), changes=commit
    )
    return Result(host=task.host, result=collected, changed=collected.path is not None)
