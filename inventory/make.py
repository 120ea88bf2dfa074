"""Writes the files beside it: an inventory and a testbed that fit the default topology on named ports.

    python inventory/make.py

Passwords and host keys are no part of them: they differ from lab to lab.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from smartlic_lab.running.lab import Lab
from smartlic_lab.running.topology import find_topology, load_topology

FIRST_PORT = 2201
HERE = Path(__file__).parent
HEADER = "# Written by inventory/make.py from lab/topologies/default.yaml.\n"


def files() -> dict[str, str]:
    """Name and text of each file."""
    topology = load_topology(find_topology("default")).with_ports_from(FIRST_PORT)
    with tempfile.TemporaryDirectory() as made, Lab(topology, serve=False) as lab:
        folder = Path(made)
        lab.inventory("nornir", folder)
        lab.inventory("pyats", folder / "testbed.yaml")
        names = ("config.yaml", "defaults.yaml", "groups.yaml", "hosts.yaml", "testbed.yaml")
        return {name: _published((folder / name).read_text(), folder) for name in names}


def _published(text: str, folder: Path) -> str:
    """*text* without passwords, and with paths as they are seen from the top of the repository."""
    text = text.replace(str(folder / "testbed.yaml.known_hosts"), "inventory/known_hosts")
    text = text.replace(str(folder), "inventory")
    text = re.sub(r"^( +)password: .*$", r"\1password: '%ENV{SMARTLIC_PASSWORD}'", text, flags=re.MULTILINE)  # pyATS
    text = re.sub(r"^password: .*\n", "", text, flags=re.MULTILINE)  # smartlic takes SMARTLIC_PASSWORD by itself
    return HEADER + text


if __name__ == "__main__":
    for name, text in files().items():
        (HERE / name).write_text(text)
