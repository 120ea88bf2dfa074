"""The task ``import_files``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from nornir.core.task import Result, Task

from nornir_smartlic.errors import FileRejected, StoreError
from nornir_smartlic.files import Budget
from nornir_smartlic.files.bundles import MAXIMUM_BYTES
from nornir_smartlic.operations.importing import ImportFile, import_files_of
from nornir_smartlic.operations.importing import import_files as importing
from nornir_smartlic.tasks.driving import drive


def import_files(task: Task, paths: Sequence[str | Path], dry_run: bool | None = None) -> Result:
    """Import files from CSSM: ACKs, policies, trust codes, authorization codes, or bundles of ACKs.

    Of *paths*, files or folders of them, each host takes those that are for it.

    Returns:
        Result: ``result`` the ImportOutcome, ``changed`` whether the host has a file to take - in a dry run too.
    Raises:
        FileRejected: a file is not what it should be.
        Refused: the device did not take a file.
    """
    files = [file for path in paths for file in files_at(Path(path))]
    name = f"smartlic-import-{secrets.token_hex(4)}"
    commit = not task.is_dry_run(dry_run)
    outcome = drive(task, importing(files, name, commit=commit), changes=commit)
    return Result(host=task.host, result=outcome, changed=outcome.changed)


def files_at(path: Path) -> tuple[ImportFile, ...]:
    """The files at *path*, a file or a folder, recognised by their content.

    Raises:
        StoreError: it cannot be read.
        FileRejected: a file is not one to import.
    """
    try:
        names = sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else [path]
        too_large = next((name for name in names if name.stat().st_size > MAXIMUM_BYTES), None)
        if too_large is not None:
            raise FileRejected(f"{too_large}: more than {MAXIMUM_BYTES} bytes")
        contents = [(name, name.read_bytes()) for name in names]
    except OSError as error:
        problem = StoreError(f"{path}: not read: {error.strerror or error}")
    else:
        budget = Budget()
        return tuple(file for name, content in contents for file in import_files_of(name, content, budget))
    raise problem
