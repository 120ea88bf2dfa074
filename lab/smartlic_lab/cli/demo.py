"""``smartlic-lab demo``: the main job on the default lab, by the commands that a user would type.

Nothing here knows more than a user does: each step is a command line, what it must answer, and the exit code that it
must have. A step that does not do what it says ends the demo.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console

from nornir_smartlic.errors import UsageError

_STEP_SECONDS: Final = 120
_SMARTLIC: Final = "smartlic"
_LAB: Final = "smartlic-lab"
_MODULES: Final = {_SMARTLIC: "nornir_smartlic.cli", _LAB: "smartlic_lab.cli"}


@dataclass(frozen=True, slots=True)
class Step:
    """One command: why, what is typed, and how one sees that it did it."""

    title: str
    command: tuple[str, ...]
    code: int = 0
    shows: tuple[str, ...] = ()  # regular expressions that its output must have
    hides: tuple[str, ...] = ()  # and must not have


def steps(lab: str, output: Path) -> list[Step]:
    """The main job, in order."""
    name = ("--name", lab)
    by_file = ("-F", "name=vault-1")
    return [
        Step(
            "The fleet is there; write an inventory of it", (_LAB, "inventory", *name, "--format", "nornir", "-o", ".")
        ),
        Step(
            "Nobody knows how it is licensed: audit it",
            (_SMARTLIC, "audit"),
            code=1,
            shows=("12 hosts", r"SLP-TRUST +campus-1", r"SLP-NAME-RESOLUTION +campus-4", "cslu-old"),
        ),
        Step(
            "What would have to change", (_SMARTLIC, "plan"), code=1, shows=("license smart url default", "12 changed")
        ),
        Step("Change it", (_SMARTLIC, "apply"), shows=("12 hosts, 12 changed",)),
        Step("A second plan is empty", (_SMARTLIC, "plan"), shows=("12 hosts, 0 changed",)),
        Step(
            "Establish trust, with a token of each virtual account",
            (_SMARTLIC, "trust", "--token-file", "tokens.yaml"),
            shows=(r"campus-1 +trusted", r"campus-4 +trusted", r"dc-1 +trusted", r"vault-1 +not applicable"),
        ),
        Step("Report, and wait for the acknowledgements", (_SMARTLIC, "sync"), shows=(r"branch-4 +acknowledged",)),
        *_air_gap(name, by_file, "by hand, as it has no way out"),
        Step("Prove it", (_SMARTLIC, "audit"), shows=(r"12 hosts, \d+ pass",), hides=(r"\d fail",)),
        Step("CSSM cannot be reached ...", (_LAB, "fault", "add", "cssm", "unreachable", *name)),
        Step("... and neither can the branches' CSLU ...", (_LAB, "fault", "add", "cslu", "unreachable", *name)),
        Step("... for three months", (_LAB, "clock", "advance", "95d", *name)),
        Step(
            "The first deadline has passed",
            (_SMARTLIC, "audit"),
            code=1,
            shows=(r"SLP-ACK-OVERDUE +branch-1", r"SLP-ACK-OVERDUE +campus-1", r"SLP-ACK-OVERDUE +vault-1"),
        ),
        Step("Both are back", (_LAB, "fault", "clear", *name), shows=("2 cleared",)),
        Step("Report", (_SMARTLIC, "sync"), shows=(r"branch-1 +acknowledged", r"campus-1 +acknowledged")),
        *_air_gap(name, by_file, "again"),
        Step(
            "A clean audit, as a page to send on",
            (_SMARTLIC, "audit", "--format", "html", "-o", str(output)),
        ),
    ]


def _air_gap(name: tuple[str, ...], by_file: tuple[str, ...], how: str) -> list[Step]:
    """A device's reports by file: from the device, to the portal, and back."""
    return [
        Step(
            f"vault-1 reports by file, {how}: collect",
            (_SMARTLIC, "reports", "collect", *by_file, "-d", "reports"),
            shows=(r"vault-1 +\d+ reports? in",),
        ),
        Step(
            "... on CSSM's portal: upload, and download the acknowledgement",
            (_LAB, "portal", "upload", "reports/*.txt", "--virtual-account", "Data Center", "-o", "acks", *name),
            shows=("No Errors",),
        ),
        Step("... and import it", (_SMARTLIC, "reports", "import", "acks", *by_file), shows=("1 host, 1 changed",)),
    ]


@dataclass(slots=True)
class Demo:
    """A run of the demo in a folder of its own."""

    topology: str
    folder: Path
    lab: str = field(default_factory=lambda: f"demo-{os.getpid()}")
    console: Console = field(default_factory=Console)

    def run(self, output: Path) -> int:
        """All steps; the exit code."""
        started = time.monotonic()
        self._call((_LAB, "up", self.topology, "--detach", "--name", self.lab))
        try:
            for number, step in enumerate(steps(self.lab, output), 1):
                problem = self._do(number, step)
                if problem is not None:
                    self.console.print(f"[bold red]The step did not do what it says:[/] {problem}", highlight=False)
                    return 1
        finally:
            self._call((_LAB, "down", "--name", self.lab))
        self.console.print(
            f"\n[bold green]Proven compliant[/] in {time.monotonic() - started:.0f} s. The report: {output}\n"
            f"Inventory, usage reports and acknowledgements: {self.folder}",
            highlight=False,
            soft_wrap=True,
        )
        return 0

    def _do(self, number: int, step: Step) -> str | None:
        """Do one step and show it; what is wrong with it."""
        self.console.print(f"\n[bold cyan]{number}. {step.title}[/]", highlight=False)
        shown = " ".join(f"'{word}'" if " " in word else word for word in step.command)
        self.console.print(f"[dim]$ {shown}[/]", highlight=False, soft_wrap=True, markup=True)
        begun = time.monotonic()
        code, text = self._call(step.command, show=True)
        self.console.print(f"[dim]({time.monotonic() - begun:.1f} s)[/]", highlight=False)
        if code != step.code:
            return f"exit code {code}, expected {step.code}"
        for pattern in step.shows:
            if not re.search(pattern, text):
                return f"its output has no {pattern!r}"
        for pattern in step.hides:
            if found := re.search(pattern, text):
                return f"its output has {found[0]!r}"
        return None

    def _call(self, command: Sequence[str], *, show: bool = False) -> tuple[int, str]:
        """Run a command as a user's shell would, with its wildcards; its exit code and all that it said."""
        words = [word for given in command[1:] for word in self._expanded(given)]
        process = subprocess.Popen(  # noqa: S603  our own two commands
            [sys.executable, "-m", _MODULES[command[0]], *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "COLUMNS": str(max(100, self.console.width))},
        )
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if show:
                sys.stdout.write(line)
                sys.stdout.flush()
        code = process.wait(_STEP_SECONDS)
        if code and not show:
            raise UsageError(f"{' '.join(command)}: {''.join(said).strip()}")
        return code, "".join(said)

    def _expanded(self, word: str) -> list[str]:
        if "*" not in word:
            return [word]
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.glob(word)) or [word]


def run_demo(topology: str, output: Path | None) -> int:
    """Run the demo; 0 where every step did what it says. The report goes to *output*, else beside the inventory."""
    folder = Path(tempfile.mkdtemp(prefix="smartlic-demo-"))
    report = (output or folder / "compliance.html").absolute()
    report.parent.mkdir(parents=True, exist_ok=True)
    return Demo(topology, folder).run(report)
