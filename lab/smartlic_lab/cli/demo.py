"""``smartlic-lab demo``: the main job on the default lab, by the commands that a user would type."""

from __future__ import annotations

from pathlib import Path

from nornir_smartlic.errors import UsageError


def run_demo(topology: str, output: Path | None) -> int:
    """Run every step; 0 where each did what it says."""
    raise UsageError(f"the demo of {topology!r} into {output} is not there yet")
