"""The task ``read_licensing``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.operations.reading import read_licensing as reading
from nornir_smartlic.tasks.driving import drive


def read_licensing(task: Task, dry_run: bool | None = None) -> Result:
    """Read everything that the host prints of its licensing; nothing is changed, *dry_run* makes no difference.

    Returns:
        Result: ``result`` the LicensingReading; its ``unparsed`` lines are worth a look.
    Raises:
        ParseError: an output is not what the command prints.
    """
    del dry_run
    return Result(host=task.host, result=drive(task, reading()), changed=False)
