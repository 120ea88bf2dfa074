"""The long form of tests/hostile: many seeds, and what takes its time. Ends with the exit code of pytest."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run it, and say how long it took."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/hostile"]
    code = subprocess.run(command, cwd=ROOT, env=os.environ | {"SMARTLIC_HOSTILE_LONG": "1"}, check=False).returncode
    print(f"tests/hostile, long form: {time.monotonic() - began:.0f} s, exit code {code}")
    return code


if __name__ == "__main__":
    sys.exit(main())
