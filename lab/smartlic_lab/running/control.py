"""A running lab's control API on loopback, its client, and the files by which the command finds it.

Each lab has a folder of its own under the state directory; ``control.json`` in it, readable for its owner alone, holds
the API's address and a random token.
"""

from __future__ import annotations

import json
import os
import re
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nornir_smartlic.errors import UsageError
from nornir_smartlic.model import Secret

STATE_VARIABLE: Final = "SMARTLIC_LAB_STATE"
CONTROL_FILE: Final = "control.json"
_PATIENCE: Final = 600.0  # seconds that an advance may take
_PATIENCE_SECONDS: Final = 20.0  # that the end of a lab may take


class NoLab(UsageError):
    """No lab of that name runs."""


def command_line(words: str, name: str) -> str:
    """What a person types for the lab called *name*: ``smartlic-lab down --name b``."""
    return f"smartlic-lab {words}" + ("" if name == "default" else f" --name {name}")


def lab_folder(name: str) -> Path:
    """The folder of the lab called *name*; raises `UsageError` for something that is no name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}", name):
        raise UsageError(f"{name!r} is not a name for a lab - expected letters, digits, dots and dashes")
    root = os.environ.get(STATE_VARIABLE)
    if root:
        return Path(root) / name
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "smartlic-lab" / name


@dataclass(frozen=True, slots=True)
class Control:
    """The way to a running lab."""

    name: str
    url: str
    token: Secret
    pid: int

    @classmethod
    def find(cls, name: str) -> Control:
        """The running lab called *name*; raises `NoLab`. control file of a lab that is gone is taken away."""
        file = lab_folder(name) / CONTROL_FILE
        try:
            contents = json.loads(file.read_text())
            found = cls(name, str(contents["url"]), Secret(str(contents["token"])), int(contents["pid"]))
        except FileNotFoundError:
            raise NoLab(_no_lab(name)) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{file}: not the control file of a lab ({type(error).__name__}) - remove it") from error
        try:
            found.ask("GET", "/status", patience=10)
        except _Gone:
            file.unlink(missing_ok=True)
            raise NoLab(_no_lab(name)) from None
        return found

    def ask(self, method: str, path: str, body: Any = None, *, patience: float = _PATIENCE) -> Any:
        """What the lab answers; raises `UsageError` with its reason."""
        import httpx  # slow to import, and a command without a lab needs none

        try:
            answer = httpx.request(
                method,
                self.url + path,
                json=body,
                headers={"Authorization": f"Bearer {self.token.reveal()}"},
                timeout=patience,
                trust_env=False,
            )
        except httpx.TimeoutException:
            raise UsageError(f"lab {self.name!r} does not answer within {patience:g} seconds") from None
        except httpx.HTTPError:
            raise _Gone(f"lab {self.name!r} (process {self.pid}) does not answer") from None
        if answer.status_code == 401:
            raise _Gone(f"what answers at {self.url} is not lab {self.name!r}")
        contents = answer.json()
        if answer.status_code != 200:
            raise UsageError(str(contents.get("error", answer.status_code)))
        return contents

    def end(self) -> None:
        """Ask the lab to end and wait until it has."""
        self.ask("POST", "/end")
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while _runs(self.pid):
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGTERM)
                raise UsageError(f"lab {self.name!r} (process {self.pid}) did not end in {_PATIENCE_SECONDS:g} seconds")
            time.sleep(0.02)


class _Gone(UsageError):
    """Nobody is there any more."""


def _no_lab(name: str) -> str:
    what = "no lab runs" if name == "default" else f"no lab {name!r} runs"
    return f"{what} - start one with {command_line('up', name)}"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
