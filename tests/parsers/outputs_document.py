"""Writes ``docs/outputs.md``: the commands that are read, and every field, out of the code itself.

    python -m tests.parsers.outputs_document

A test holds the file to this, so that it cannot fall behind.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from nornir_smartlic import model
from nornir_smartlic.parsers import PARSERS

DOCUMENT = Path(__file__).parents[2] / "docs" / "outputs.md"

# What each command gives: the fields of LicensingState, or another value.
VALUES: dict[str, str] = {
    "show license": "`LicensingState`: classic",
    "show license all": "`LicensingState`: all that one device prints, but what only tech support has",
    "show license authorization": "`LicensingState`: authorizations",
    "show license data conversion": "`LicensingState`: conversion (unverified, no output was seen)",
    "show license eventlog": "`LicensingState`: event_log",
    "show license history message": "`LicensingState`: history (messages with content are unverified)",
    "show license reservation": "`LicensingState`: reservation (but for DISABLED unverified)",
    "show license right-to-use": "`LicensingState`: right_to_use (unverified)",
    "show license rum id all": "`LicensingState`: rum_reports",
    "show license rum id detail": "`LicensingState`: rum_details",
    "show license status": "`LicensingState`: account, privacy, transport, policy, usage_reporting, trust_codes, ...",
    "show license summary": "`LicensingState`: account, usage (short), registration and authorization_state if legacy",
    "show license tech support": "`LicensingState`: everything, and tech_support",
    "show license udi": "`LicensingState`: udi, members, slots",
    "show license usage": "`LicensingState`: usage, authorization_state",
    "show call-home profile": "`CallHomeProfile`, a tuple",
    "show call-home smart-licensing": "`SmartCallHome`",
    "show clock": "`DeviceClock`",
    "show crypto pki trustpoints": "`Trustpoint`, a tuple",
    "show logging": "`SyslogLine`, a tuple: the lines of SMART_LIC, CALL_HOME and PKI",
    "show platform hardware throughput crypto": "`CryptoThroughput`",
    "show platform hardware throughput level": "`ThroughputLevel`",
    "show running-config": "`RunningConfiguration`, with the `Intent` in it",
    "show version": "`DeviceVersion`: what licensing needs, and the rest in its details",
}

HEAD = """# Outputs that are read

Written by `python -m tests.parsers.outputs_document` out of the parsers and the model; a test compares.

    from nornir_smartlic.parsers import parse

    parsed = parse("show license status", text)     # commands may be abbreviated: "sh lic stat"
    parsed.value.usage_reporting.next_ack_deadline  # datetime, aware
    parsed.unparsed                                 # lines that no rule took: () on every output we know

`parse(command, text, zones=None)` raises `ParseError` with line number and text where a line that must be there is
missing, where the output was cut, or where the device refused the command. It takes the text as it comes: with prompt
and echo, with the header of `terminal exec prompt timestamp`, CRLF, trailing blanks, remains of the pager; log lines in
the middle are taken out and kept in `parsed.syslog`; sequences of terminals and NULs are left out. `parsed.host` is the
name in the prompt.

An output of which a section is missing is refused, so that no half of it passes for the whole. With
`parse(..., partial=True)`, and `smartlic parse --partial`, it gives what is there: `parsed.missing` names the sections
that are not, and lines of a section that cannot be read are unparsed. Tasks and `audit` never do that.

A word that is new to us (a status, a transport, the origin of a policy value, an enforcement or licence type) costs its
line, not the output: the value is `None`, the line is in `unparsed`, which `audit` reports, and a rule that needs the
value answers `unknown`. The beginning of a known word is a line that was cut, and refused; so is a number without its
closing bracket, `<none>` with something behind it, and a key without its colon. A key without a value is `unparsed`.

Devices print a zone's name only. Where a name means one offset, times are aware and `tzname()` is the printed
spelling. Where it means several (IST, CST) or none that is known, the value is an `UnplacedTime` with the wall time and
the name, unless `zones` gives it (`{"IST": timedelta(hours=5, minutes=30)}`, as the line `clock timezone` does).

`None` means: not printed by this command (fields of `LicensingState` and `LicenseUsage`), or inside a section that the
device prints `<none>`, `<empty>` or `Not Configured`. `model.merge(state, other)` puts several outputs of one device
together and reports where they disagree.

## JSON

A value has one form in JSON, wherever it appears: in `smartlic parse`, in `--json` of every command and in reports.
Times are ISO 8601 with their offset, spans too (`P30D`); one whose zone is not known is `{"wall": ..., "zone": ...}`.
A key is absent where the output that was read does not print the field; `null` is a fact: the device prints that there
is nothing.

`smartlic parse FILE...` prints a list of `{file, host, command, value, unparsed}`, an entry for each output: a file may
hold sessions of many devices, whole show techs, or one output. `host` is the name in the prompt, or `null`. An output
that cannot be read has `error` and no value, a partial one `missing`. Files may be packed by gzip, in UTF-8 or UTF-16,
up to 128 MB; time stamps that a terminal program wrote before every line are taken off.
"""


def document() -> str:
    """The text of the file."""
    missing = set(PARSERS) ^ set(VALUES)
    if missing:
        raise ValueError(f"commands and their values differ: {sorted(missing)}")
    lines = [HEAD, "## Commands\n", "| command | value |", "|---|---|"]
    lines += [f"| `{command}` | {VALUES[command]} |" for command in PARSERS]
    lines.append("\n## Values\n")
    for kind in _reachable():
        lines += _class(kind)
    return "\n".join(lines).rstrip() + "\n"


def _reachable() -> Iterator[type]:
    """The classes that the values consist of, each once, in the order in which they are found."""
    names = re.findall(r"`(\w+)`", " ".join(VALUES.values()))
    waiting = list(dict.fromkeys(getattr(model, name) for name in names if hasattr(model, name)))
    seen: list[type] = []
    while waiting:
        kind = waiting.pop(0)
        if kind in seen:
            continue
        seen.append(kind)
        yield kind
        if is_dataclass(kind):
            hints = typing.get_type_hints(kind)
            waiting = [inner for item in fields(kind) for inner in _classes(hints[item.name])] + waiting


def _classes(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and hint.__module__.startswith("nornir_smartlic.model"):
        yield hint
    for argument in typing.get_args(hint):
        yield from _classes(argument)


def _class(kind: type) -> list[str]:
    summary = (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`").replace("<", "&lt;")
    lines = [f"### {kind.__name__}\n", f"{summary}\n"]
    if issubclass(kind, Enum):
        return [*lines, ", ".join(f"`{member.value}`" for member in kind) + "\n"]
    source = inspect.getsource(kind)
    lines += ["| field | type | |", "|---|---|---|"]
    if is_dataclass(kind):
        for item in fields(kind):
            found = re.search(rf"^    {item.name}: [^#\n]*(?:#\s*(.*))?$", source, re.MULTILINE)
            remark = (found.group(1) or "") if found else ""
            kind_of = str(item.type).replace("|", r"\|")
            lines.append(f"| {item.name} | {kind_of} | {_cell(remark)} |")
    return [*lines, ""]


def _cell(text: str) -> str:
    """*text* as a cell of a table: what looks like a tag is none."""
    return text.replace("|", r"\|").replace("<", "&lt;")


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
