"""How fast the parsers are, against Genie and against TextFSM, on the captures, in one run.

    python benchmarks/parsers.py [--rounds 400] [--mutations 100000] [--megabytes 50]

Four ways to ask, since our parsers keep the short sections that they have read lately:

* ``same``: one text again and again, as such benchmarks are made; every section has been seen before.
* ``fleet``: every text with its own times, spans, serial numbers and counts, as from the devices of a fleet that are
  set up alike; sections in which nothing differs are kept.
* ``mixed``: as ``fleet``, the devices of all captures in any order: a fleet of unlike devices.
* ``cold``: as ``fleet``, with everything forgotten before each text; what a process pays for its first output.

Genie and TextFSM cost the same in all of them. Genie is asked as its users ask it, ``device.parse``, which holds the
result to its schema, as ours is typed; what its parser's bare ``cli`` costs is printed beside it. A capture that its
schema refuses counts with that bare cost.

Asked for: 9 times Genie on ``show license all`` and 15 times on ``show license tech support``, 3 times TextFSM on
both, in ``mixed``; an import under 100 ms; and of a saved text of up to 50 MB, whatever is in it, time and memory that
grow as the text does. Exit 1 where one of them is not reached. What the other ways reach is printed too.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from nornir_smartlic.errors import ParseError  # noqa: E402
from nornir_smartlic.parsers import parse  # noqa: E402
from tests.captures import capture, captures, command_of  # noqa: E402
from tests.parsers.mutations import mutated, of_another_device, texts  # noqa: E402

COMMANDS = {"show license all": "show_license_all", "show license tech support": "show_license_tech_support"}
DECIDES = "mixed"
WANTED_GENIE = {"show license all": 9.0, "show license tech support": 15.0}
WANTED_TEXTFSM, WANTED_IMPORT_MS = 3.0, 100.0
LOG = "*Nov 19 14:53:07.300: %SYS-5-CONFIG_I: Configured from console by vty0 (192.0.2.1)\n"


def typical(read: Callable[[str], object], texts: list[str], before: Callable[[], None] | None = None) -> float:
    """The median of the seconds that one text takes."""
    taken = []
    for text in texts:
        if before is not None:
            before()
        start = time.perf_counter()
        read(text)
        taken.append(time.perf_counter() - start)
    return sorted(taken)[len(taken) // 2]


def typical_of_each(read: Callable[[str], object], fleets: list[list[str]], chance: random.Random) -> list[float]:
    """The median of the seconds that a text of each fleet takes, where all of them are read in any order."""
    taken: list[list[float]] = [[] for _ in fleets]
    mixed = [(place, text) for place, fleet in enumerate(fleets) for text in fleet]
    chance.shuffle(mixed)
    for place, text in mixed:
        start = time.perf_counter()
        read(text)
        taken[place].append(time.perf_counter() - start)
    return [sorted(seconds)[len(seconds) // 2] for seconds in taken]


@lru_cache(maxsize=1)
def _caches() -> list[Any]:
    """What the parsers keep: every cached function of theirs, wherever it is held."""
    return [
        found
        for found in gc.get_objects()
        if isinstance(found, type(_caches)) and found.__module__.startswith("nornir_smartlic.parsers")
    ]


def forget() -> None:
    """Empty what the parsers remember."""
    for cache in _caches():
        cache.cache_clear()


def peers(command: str) -> dict[str, Callable[[str], object]]:
    """Genie's ``device.parse``, its bare parser, and the TextFSM template for *command*."""
    import textfsm

    warnings.simplefilter("ignore")
    from genie.conf.base import Device
    from genie.libs.parser.iosxe.show_license import ShowLicenseAll, ShowLicenseTechSupport

    device = Device("peer", os="iosxe")
    bare = (ShowLicenseAll if command == "show license all" else ShowLicenseTechSupport)(device=device)
    with (HERE / "templates" / f"{COMMANDS[command]}.textfsm").open(encoding="utf-8") as template:
        machine = textfsm.TextFSM(template)

    def with_textfsm(text: str) -> object:
        machine.Reset()
        return machine.ParseTextToDicts(text)

    return {
        "genie": lambda text: device.parse(command, output=text),
        "cli": lambda text: bare.cli(output=text),
        "textfsm": with_textfsm,
    }


def is_refused(read: Callable[[str], object], text: str) -> bool:
    """Whether Genie's schema refuses what its parser gives for *text*."""
    try:
        read(text)
    except Exception:  # noqa: BLE001  Genie raises bare exceptions too
        return True
    return False


def compare(command: str, rounds: int) -> bool:
    """Print the figures of *command*; whether they are those asked for, over all its captures together."""
    others = peers(command)
    chance = random.Random(1)
    sums = dict.fromkeys(("genie", "cli", "textfsm", "same", "fleet", "cold"), 0.0)
    fleets = []
    ours = lambda text: parse(command, text)  # noqa: E731
    print(f"\n{command}: microseconds for one output")
    print(f"{'capture':58}{'genie':>8}{'cli':>7}{'textfsm':>9}{'same':>7}{'fleet':>7}{'cold':>7}")
    for path in (path for path in captures() if command_of(path) == command):
        text = capture(path)
        fleet = [of_another_device(text, chance) for _ in range(rounds)]
        fleets.append(fleet)
        found = {
            "genie": 0.0,
            "cli": typical(others["cli"], fleet[: rounds // 8]),
            "textfsm": typical(others["textfsm"], fleet[: rounds // 8]),
            "same": typical(ours, [text] * rounds),
            "fleet": typical(ours, fleet),
            "cold": typical(ours, fleet[: rounds // 4], forget),
        }
        refused = is_refused(others["genie"], text)
        found["genie"] = found["cli"] if refused else typical(others["genie"], fleet[: rounds // 8])
        name = path.split("/")[1].removesuffix(".txt")[:57]
        print(
            f"{name:58}" + "".join(f"{found[k] * 1e6:{w}.0f}" for k, w in zip(found, (8, 7, 9, 7, 7, 7), strict=True))
        )
        sums = {key: total + found[key] for key, total in sums.items()}
    sums["mixed"] = sum(typical_of_each(ours, fleets, chance))
    reached = False
    for way in ("same", "fleet", "mixed", "cold"):
        genie, cli, textfsm = (sums[peer] / sums[way] for peer in ("genie", "cli", "textfsm"))
        is_enough = genie >= WANTED_GENIE[command] and textfsm >= WANTED_TEXTFSM
        verdict = ("reached" if is_enough else "not reached") + (", which decides" if way == DECIDES else "")
        print(f"  {way:6} {genie:6.1f} x Genie ({cli:.1f} x its bare cli), {textfsm:6.1f} x TextFSM: {verdict}")
        reached |= is_enough and way == DECIDES
    return reached


def import_milliseconds() -> float:
    """What ``import nornir_smartlic.parsers`` adds to a bare interpreter, in processor time, at best of nine.

    Not by the clock on the wall, which other processes of the machine would be counted in.
    """

    def run(code: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, cwd=HERE.parent)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    bare = min(run("pass") for _ in range(9))
    return (min(run("import nornir_smartlic.parsers") for _ in range(9)) - bare) * 1000


def grows(size: int) -> bool:
    """Whether ``smartlic parse`` of a large text that is no output takes time and memory as its size does."""
    chance = random.Random(3)
    words = ("the", "fox", "license", "show", "Status:", "Policy:", "   ", "x=1", "#", ">", "sw1#")
    block = "".join(" ".join(chance.choices(words, k=12)) + "\n" for _ in range(2000))
    texts = {"words": block, "blanks": " " * 10_000, "returns": "lone return\r" * 1000, "log": LOG * 1000}
    print(f"\nsmartlic parse of {size // 10} and {size} MB that are no output, in processor seconds, and memory")
    reached = True
    for kind, unit in texts.items():
        seconds, memory = zip(*(_of_parsing(unit, megabytes) for megabytes in (size // 10, size)), strict=True)
        is_linear = seconds[1] < 1 + 15 * seconds[0] and memory[1] < 250 + 20 * size
        verdict = "linear" if is_linear else "NOT linear"
        print(f"  {kind:8} {seconds[0]:6.1f} s {seconds[1]:6.1f} s {memory[1]:6.0f} MB: {verdict}")
        reached &= is_linear
    return reached


def _of_parsing(unit: str, megabytes: int) -> tuple[float, float]:
    """Processor seconds and megabytes that one ``smartlic parse`` of so much of *unit* takes."""
    code = (
        "import resource, runpy, sys; sys.argv = ['smartlic', 'parse', '-']\n"
        "try: runpy.run_module('nornir_smartlic.cli', run_name='__main__')\n"
        "finally: u = resource.getrusage(resource.RUSAGE_SELF); "
        "print('TOOK', u.ru_utime + u.ru_stime, u.ru_maxrss / 1024, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        input=(unit * (megabytes * 2**20 // len(unit))).encode(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=HERE.parent,
    )
    line = next(line for line in ended.stderr.decode().splitlines() if line.startswith("TOOK"))
    seconds, memory = line.split()[1:]
    return float(seconds), float(memory)


def fuzz(count: int) -> bool:
    """Garble outputs *count* times; whether only models and `ParseError` came of it."""
    chance = random.Random(2)
    models = refused = 0
    start = time.perf_counter()
    for _ in range(count):
        command, text = chance.choice(texts())
        text = mutated(text, chance)
        try:
            parse(command, text)
            models += 1
        except ParseError:
            refused += 1
        except Exception as error:  # noqa: BLE001  what the benchmark looks for
            (HERE / "garbled.txt").write_text(text, encoding="utf-8")
            print(f"{type(error).__name__} of {command}: {error}; the text is in benchmarks/garbled.txt")
            return False
    seconds = time.perf_counter() - start
    print(f"\n{count} garbled outputs in {seconds:.1f} s: {models} models, {refused} ParseError, nothing else")
    return True


def main() -> int:
    """Run all; 0 when every figure asked for was reached."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=400, help="texts per capture (default 400)")
    arguments.add_argument("--mutations", type=int, default=100_000, help="garbled outputs (default 100000)")
    arguments.add_argument("--megabytes", type=int, default=50, help="of the largest text (default 50)")
    asked = arguments.parse_args()
    if not captures():
        print("the captures are not beside the repository: nothing to measure on")
        return 2
    reached = [compare(command, asked.rounds) for command in COMMANDS]
    milliseconds = import_milliseconds()
    print(f"\nimport nornir_smartlic.parsers: {milliseconds:.0f} ms")
    reached += [milliseconds < WANTED_IMPORT_MS, grows(asked.megabytes), fuzz(asked.mutations)]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
