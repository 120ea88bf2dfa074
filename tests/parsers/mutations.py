"""Outputs, as another device prints them, and ways to garble them: lines dropped, doubled, swapped, cut, mixed."""

from __future__ import annotations

import random
import re
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


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TIME = re.compile(r"\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\b")
CLOCK = re.compile(r"\b\d\d:\d\d:\d\d(?=\.\d{3} )")  # of the header
SERIAL = re.compile(r"(?<=,SN:)\w{4,}|(?<=,S:)\w{4,}")
SPAN = re.compile(r"\b\d+(?= (?:days|hours|minutes|seconds)\b)")
COUNT = re.compile(
    r"((?:Total|Success|Fail|Overall|Communication)=|\d\(|(?:Count|Current Value|Current Report|Previous|Total|Purged"
    r"|Total Acknowledged Received|Waiting for Ack|Available to Report|Collecting Data|Maximum Display|In Storage|MIA"
    r"|Total licenses found|Event log current size): +)([1-9]\d*)"
)


def of_another_device(text: str, chance: random.Random) -> str:
    """*text* as another device of the fleet prints it, in the same model and setup.

    Other times and serial numbers, other counts, of as many digits or fewer, and spans. What is 0 or ``<none>`` stays
    so: the device never did that, and the lines around say it too.
    """

    def clock() -> str:
        return f"{chance.randrange(24):02d}:{chance.randrange(60):02d}:{chance.randrange(60):02d}"

    others: dict[str, str] = {}  # one device prints its serial number several times, and what happened at one time

    def serial(found: re.Match[str]) -> str:
        digits, letters = "0123456789", "ABCDEFGHJKLMNPQRSTUVWXYZ"
        other = "".join(chance.choice(digits if sign.isdigit() else letters) for sign in found[0][3:])
        return others.setdefault(found[0], found[0][:3] + other)

    def time(found: re.Match[str]) -> str:
        day = f"{chance.choice(MONTHS)} {chance.randrange(1, 29):02d}"
        return others.setdefault(found[0], f"{day} {clock()} {chance.randrange(2022, 2027)}")

    def number(found: re.Match[str]) -> str:
        digits = len(found[2])
        return found[1] + str(chance.randrange(10 ** (digits - 1) if digits > 8 else 1, 10**digits))  # report ids

    text = TIME.sub(time, text)
    text = CLOCK.sub(lambda _: clock(), text)
    text = SERIAL.sub(serial, text)
    text = SPAN.sub(lambda _: str(chance.randrange(2, 24)), text)
    return COUNT.sub(number, text)
