"""``smartlic-lab portal``: what a person does on CSSM's portal, on the page *Usage Data Files*."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from nornir_smartlic.errors import StoreError, UsageError
from smartlic_lab.running.control import Control

_PATIENCE: Final = 60.0  # real seconds until a file must have been processed


def upload(control: Control, files: Sequence[Path], virtual_account: str, output: Path) -> None:
    """Upload usage files, wait until they have been processed, and download the acknowledgements into *output*."""
    for file in files:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise StoreError(f"{file}: {error.strerror}") from error
        asked = {
            "file_name": file.name,
            "virtual_account": virtual_account,
            "data": base64.b64encode(data).decode(),
        }
        number = control.ask("POST", "/portal/upload", asked)["number"]
        _download(control, number, file.name, output)


def _download(control: Control, number: int, name: str, output: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        line = control.ask("POST", "/portal/look", {"number": number})
        if "data" in line:
            break
        if line["status"] != "Processing":
            raise UsageError(f"{name}: {line['status']}: {'; '.join(line['errors'])}")
        if time.monotonic() > deadline:
            raise UsageError(f"{name}: still {line['status']} - does the lab's clock stand still?")
        time.sleep(0.1)
    try:
        output.mkdir(parents=True, exist_ok=True)
        (output / line["file_name"]).write_bytes(base64.b64decode(line["data"]))
    except OSError as error:
        raise StoreError(f"{output}: {error.strerror}") from error
    typer.echo(f"{name}: {line['status']}, acknowledgement in {output / line['file_name']}")
