"""Outputs, and ways to garble them: lines dropped, doubled, swapped, cut, mixed with noise."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

from tests.captures import capture, captures, command_of

SAMPLES = Path(__file__).parents[1] / "samples"
NOISE = (
    "",
    " ",
    "\t",
    "garbage",
    "a: b: c",
    "Status: ",
    "  Status: FOO",
    "Total: x,  Purged: y",
    "<none>",
    "  Active: PID:A,SN:B",
    "Policy:",
    "License Usage",
    "=============",
    "*Nov 19 14:53:07.300: %SMART_LIC-6-AGENT_ENABLED: Smart Agent for Licensing is enabled",
    "router#",
    " --More-- ",
    "Trust Code Installed: x",
    "Reporting push interval: State(x) InPolicy(",
    "\x00\x1b[2J",
    "²: ³",
    "Index ² Feature: x",
)


@lru_cache(maxsize=1)
def texts() -> tuple[tuple[str, str], ...]:
    """Command and text of every capture and sample."""
    found = [(command_of(path), capture(path)) for path in captures()]
    for path in sorted(SAMPLES.glob("*/*.txt")):
        found.append((path.parent.name.replace("_", " "), path.read_text(encoding="utf-8")))
    return tuple(found)


def mutated(text: str, chance: random.Random) -> str:
    """*text* with one to six changes."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 6)):
        if not lines:
            break
        at = chance.randrange(len(lines))
        match chance.randrange(8):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[at])
            case 2:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case 4:
                lines.insert(at, chance.choice(NOISE))
            case 5:
                lines = lines[: at + 1]
            case 6:
                lines[at] = _noisy(lines[at], chance)
            case _:
                lines[at] = lines[at].strip()
    return chance.choice(("\n", "\n", "\r\n")).join(lines)


def _noisy(line: str, chance: random.Random) -> str:
    if not line:
        return chr(chance.randrange(32, 0x250))
    at = chance.randrange(len(line))
    return line[:at] + chr(chance.randrange(1, 0x250)) + line[at + 1 :]
