"""``smartlic-lab roundtrip``: saved outputs, held against the lab's printing of them.

Parsed and printed again with what the text has of its own, a text is the same, byte for byte. With ``--as-device`` it
is printed as a live device of that release and product prints it, which has seen no text.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from nornir_smartlic.errors import SmartLicError
from nornir_smartlic.parsers import full_name, identify, parse
from nornir_smartlic.parsers.syslog import syslog_lines
from nornir_smartlic.parsers.texts import Text, prepare
from nornir_smartlic.parsers.version import kinds
from smartlic_lab import platforms
from smartlic_lab.show import Style, agent_release, render
from smartlic_lab.show.imprint import MARK, Imprint, around, imprint_of, lines_and_ends, printed

VERSION: Final = "show version"
LOG: Final = "show logging"


def named(text: str, command: str | None) -> str:
    """The command in full that printed *text*: *command*, or found by the text; raises `ValueError`."""
    name = full_name(command) if command is not None else identify(text)
    if name is None:
        raise ValueError("no command is known that prints this; name the command")
    return name


def roundtrip(text: str, command: str | None = None) -> str:
    """The difference between *text* and the lab's printing of it, as a unified diff; empty when they are the same.

    Raises:
        ParseError: the text is not what the command prints.
        ValueError: the command is not known, or not found by the text.
    """
    name = named(text, command)
    state = parse(name, text).value
    return _difference(text, printed(name, state, _style(state), imprint(text, name)))


def imprint(text: str, command: str) -> Imprint:
    """What *text* has of its own; raises as `roundtrip` does."""
    name = full_name(command)
    state = parse(name, text).value
    frame = prepare(name, text, log=name == LOG)
    kinds = kinds_of(frame.lines) if name == VERSION else ()
    return imprint_of(name, text, frame, state, _style(state), kinds=kinds, is_log=_is_log)


def _style(state: object) -> Style:
    return Style(agent_release(getattr(state, "agent_version", None)), "c9300")


def kinds_of(lines: list[str]) -> tuple[str, ...]:
    """The kinds of the lines of a saved ``show version`` in their order, with what their wording varies in."""
    return tuple([_kind(kind, words, found) for kind, words, found in kinds(lines)])


def _kind(kind: str, words: str, found: re.Match[str] | None) -> str:
    if kind == "rule":
        return f"rule:{words}"
    if kind.startswith("prose:"):
        return f"prose:{words}"
    if kind == "copyright":
        return "copyright cisco" if " by cisco " in words else kind
    if kind == "processor":
        physical = "physical " if " of physical memory" in words else ""
        return f"processor:{words.split()[0]} {physical}{'processor' if ' processor ' in words else ''}"
    if found is None or kind not in ("level", "software", "software_tm"):
        return kind
    if kind == "level":
        value = found[2] or ""
        return f"level:{found[1]}{' Type' if ' Type: ' in value else ' None' if value == 'None' else ''}"
    comma = "," if (found["label"] or "").startswith(",") else ""
    return f"{kind}{'[]' if kind == 'software' and found['bracket'] == ' []' else ''}{comma}"


# --- as a live device -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AsDevice:
    """A saved text held against what a live device prints."""

    style: Style
    difference: str  # a unified diff; empty: the same
    blanks: int  # lines that end with other blanks
    empty: int  # empty lines that one has and the other has not


def as_device(
    text: str, command: str | None = None, *, release: str | None = None, platform: str | None = None
) -> AsDevice:
    """What differs when the value of *text* is printed as a live device of its release and product prints it.

    Without *release*, the agent's version that the text prints decides; a text that prints none is held against each
    release, and the one that fits best counts. So it is with *platform*, which serial numbers and licences show.
    Blanks at the ends of lines and empty lines, which get lost when a text is copied, are counted apart.

    Raises:
        ParseError: the text is not what the command prints.
        PlatformError: no such release or platform.
        ValueError: the command is not known, or not found by the text.
    """
    name = named(text, command)
    state = parse(name, text).value
    saved = _body(text, prepare(name, text, log=name == LOG), state)
    found = [_held(saved, render(name, state, style), style) for style in _styles(state, release, platform)]
    return min(found, key=lambda held: len(held.difference))


def _held(saved: list[str], ours: str, style: Style) -> AsDevice:
    lines = ours.splitlines()
    saved_worded = [line for line in saved if line.strip()]
    worded = [line for line in lines if line.strip()]
    ends = list(map(_ended, saved_worded)), list(map(_ended, worded))
    difference = "\n".join(difflib.unified_diff(ends[0], ends[1], "saved", "device", lineterm="", n=1))
    blanks = 0 if difference else sum(a != b for a, b in zip(saved_worded, worded, strict=True))
    empty = abs((len(saved) - len(saved_worded)) - (len(lines) - len(worded)))
    return AsDevice(style, difference, blanks, empty)


def _ended(line: str) -> str:
    """A line as a terminal shows it: no blanks behind it, plain ones for tabs and for those of a web page."""
    return line.replace("\xa0", " ").expandtabs().rstrip()


def _body(text: str, frame: Text, state: object) -> list[str]:
    """The lines of the output itself, without what stands around and between them."""
    _, body = around(Imprint(), lines_and_ends(text.removeprefix(MARK))[0], frame, state, _is_log)
    while body and not body[-1].strip():
        body.pop()
    return body


def _is_log(line: str) -> bool:
    return bool(syslog_lines([line])[0])


def _styles(state: object, release: str | None, platform: str | None) -> list[Style]:
    """The styles that the text may have, the newest first."""
    agent = getattr(state, "agent_version", None)
    if release is not None:
        versions = [platforms.release(release).agent_number]
    elif agent is not None:
        versions = [agent_release(agent)]
    else:
        versions = [*VERSIONS]
    named = None if platform is None else platforms.family(platform).name
    family = named or family_of(state)
    families = [family] if family is not None else ["c9300", "c8000v", "asr1000"]
    return [Style(version, family) for version in versions for family in families]


VERSIONS: Final = (  # agents that print differently, the newest first
    (8,), (6, 3, 7), (6, 3), (6,), (5, 11), (5, 10), (5, 7), (5, 5), (5, 3), (5, 1), (5,), (4, 9), (4, 8),
    (4, 3), (4, 2),
)  # fmt: skip


def family_of(state: object) -> str | None:
    """The family whose models are likest to the PID in *state*; ``None``: it has none, or none is like it."""
    udi = getattr(state, "udi", None)
    pid = getattr(state, "platform", None) or (udi.pid if udi is not None else None)
    if pid is None:
        return None
    likest = {found.name: max(_alike(pid, model) for model in found.models) for found in platforms.families().values()}
    name = max(likest, key=lambda name: likest[name])
    return name if likest[name] >= 4 else None


def _alike(one: str, other: str) -> int:
    """With how many characters both begin."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


# --- the command ----------------------------------------------------------------------------------------------------


def _difference(text: str, ours: str) -> str:
    return "".join(
        difflib.unified_diff(text.splitlines(keepends=True), ours.splitlines(keepends=True), "saved", "rendered")
    )


def _counted_apart(held: AsDevice) -> str:
    """What was counted apart, as a sentence for standard error."""
    version = ".".join(map(str, held.style.version))
    return (
        f"held against agent {version} on {held.style.family}; blanks at the end differ on {held.blanks} lines, "
        f"{held.empty} empty lines"
    )


def compare(
    files: Sequence[Path],
    command: str | None = None,
    *,
    live: bool = False,
    release: str | None = None,
    platform: str | None = None,
) -> int:
    """Print the difference of each file; 0: no difference, 1: some, 2: a file could not be read or parsed."""
    code = 0
    for file in files:
        try:
            text = file.read_bytes().decode("utf-8")  # line ends as they are
            if live:
                held = as_device(text, command, release=release, platform=platform)
                difference = held.difference
                if held.blanks or held.empty or difference:
                    typer.echo(f"{file}: {_counted_apart(held)}", err=True)
            else:
                difference = roundtrip(text, command)
        except OSError as error:
            typer.echo(f"{file}: {error.strerror}", err=True)
            code = 2
        except (SmartLicError, ValueError) as error:
            reason = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
            typer.echo(f"{file}: {reason}", err=True)
            code = 2
        else:
            if difference:
                typer.echo(f"{file}:")
                sys.stdout.write(difference if difference.endswith("\n") else difference + "\n")
                code = max(code, 1)
    return code
