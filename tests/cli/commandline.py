"""Running ``smartlic`` in this process, over an inventory in a folder of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from nornir_smartlic.cli import main
from tests.outputs.schemas import validate


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class CommandLine:
    """``smartlic`` with a configuration of its own."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def write(self, name: str, data: Any) -> Path:
        """A YAML file in the folder."""
        path = self.folder / name
        with path.open("w") as file:
            YAML(typ="safe").dump(data, file)
        return path

    def inventory(self, hosts: dict[str, Any], **files: Any) -> Path:
        """Files of Nornir's SimpleInventory; *files* are groups and defaults."""
        self.write("hosts.yaml", hosts)
        options = {"host_file": str(self.folder / "hosts.yaml")}
        for name in ("groups", "defaults"):
            if name in files:
                options["group_file" if name == "groups" else "defaults_file"] = str(
                    self.write(f"{name}.yaml", files[name])
                )
        return self.write("config.yaml", {"inventory": {"plugin": "SimpleInventory", "options": options}})

    def __call__(self, *words: str) -> Ended:
        """Run it with the folder's configuration."""
        return self.bare("-c", str(self.folder / "config.yaml"), *words)

    def elsewhere(self, *words: str) -> Ended:
        """Run it in a process of its own, as a user does.

        ssh2's keyboard-interactive login holds the interpreter while it waits for a server, which then cannot be here.
        """
        command = [sys.executable, "-m", "nornir_smartlic.cli", "-c", str(self.folder / "config.yaml"), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    def bare(self, *words: str) -> Ended:
        """Run it with *words* alone."""
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        output = self.capture.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        if "--json" in words and words[0] != "parse" and output.out.startswith("{"):
            validate(json.loads(output.out))
        return Ended(code, output.out, output.err)
