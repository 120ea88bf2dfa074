"""The example inventory fits the default topology, and holds no password."""

from __future__ import annotations

import runpy
from pathlib import Path

INVENTORY = Path(__file__).parents[2] / "inventory"


def test_the_example_inventory_is_what_the_default_topology_gives() -> None:
    made = runpy.run_path(str(INVENTORY / "make.py"))["files"]()
    for name, text in made.items():
        assert (INVENTORY / name).read_text() == text, f"{name} is out of date: run python inventory/make.py"
