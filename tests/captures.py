"""The captures of real devices, which lie beside the repository and are never copied into it.

They are read at ``../shared/golden`` relative to the repository's root; where they are absent, tests that need them
are skipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

_BESIDE: Final = Path(__file__).resolve().parents[2] / "shared" / "golden"
CAPTURES: Final[Path | None] = _BESIDE if _BESIDE.is_dir() else None

COMMANDS: Final = {  # folder of captures -> the command that printed them
    "running-config-license-lines": "show running-config",
    "show-call-home-profile-all": "show call-home profile all",
    "show-call-home-smart-licensing": "show call-home smart-licensing",
    "show-crypto-pki-trustpoints": "show crypto pki trustpoints",
    "show-license-all": "show license all",
    "show-license-authorization": "show license authorization",
    "show-license-eventlog": "show license eventlog",
    "show-license-history-message": "show license history message",
    "show-license-legacy": "show license",
    "show-license-rum-id-all": "show license rum id all",
    "show-license-rum-id-detail": "show license rum id detail",
    "show-license-status": "show license status",
    "show-license-summary": "show license summary",
    "show-license-tech-support": "show license tech support",
    "show-license-udi": "show license udi",
    "show-license-usage": "show license usage",
    "show-platform-hardware-throughput-crypto": "show platform hardware throughput crypto",
    "show-platform-hardware-throughput-level": "show platform hardware throughput level",
    "show-version": "show version",
    "syslog": "show logging",
}


def capture(path: str) -> str:
    """The text of one capture, such as ``show-license-all/genie-....txt``; skips the test where there is none."""
    if CAPTURES is None:
        pytest.skip("the captures are not beside the repository")
    return (CAPTURES / path).read_text(encoding="utf-8")


def captures() -> list[str]:
    """Every capture of a command that is read here, as ``folder/name.txt``; empty where they are absent."""
    if CAPTURES is None:
        return []
    return sorted(
        f"{path.parent.name}/{path.name}" for path in CAPTURES.glob("*/*.txt") if path.parent.name in COMMANDS
    )


def command_of(path: str) -> str:
    """The command that printed the capture at *path*."""
    return COMMANDS[path.split("/", maxsplit=1)[0]]
