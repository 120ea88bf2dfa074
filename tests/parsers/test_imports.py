"""What the parsers bring in: little, so that a script that reads one output starts at once."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("nornir", "netmiko", "pydantic", "jinja2", "genie", "asyncssh", "httpx", "sqlalchemy", "rich", "typer", "yaml")
RARE = ("nornir_smartlic.parsers.version", "nornir_smartlic.parsers.configuration", "nornir_smartlic.parsers.platform")


def test_the_parsers_import_no_package_from_outside_and_no_rare_module() -> None:
    """``benchmarks/parsers.py`` has the milliseconds; how many they are depends on the machine, this does not."""
    code = "import sys, nornir_smartlic.parsers; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split("\n")
    assert [name for name in loaded if name.split(".")[0] in HEAVY or name in RARE] == []
