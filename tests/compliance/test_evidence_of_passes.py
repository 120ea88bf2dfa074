"""Whatever a device prints, a rule passes by what it saw: the line that a pass quotes stands in what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from nornir_smartlic.compliance import Evidence, Verdict, verify
from nornir_smartlic.intent import intent_of
from nornir_smartlic.model import Intent
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.conversation import Answer, Request, Show, converse
from nornir_smartlic.operations.reading import read_licensing
from nornir_smartlic.operations.trusting import establish_trust
from smartlic_lab.device.specification import DeviceSpec
from smartlic_lab.platforms import families, family, releases
from tests.captures import COMMANDS, capture, captures
from tests.memory import TOKEN, WANTED, memory_lab, switch

READ: Final = ("show version", "show running-config", "show license all", "show license authorization", "show clock")
SAMPLES: Final = Path(__file__).resolve().parents[1] / "samples"
LOGGING: Final = "show logging"
INTENTS: Final = (intent_of(WANTED), intent_of({"transport": "cslu"}), Intent())


def device(name: str) -> DeviceSpec:
    """A device of a family, on the newest release that it has."""
    return DeviceSpec(
        "sw1", name, release=[key for key, one in releases().items() if family(name).supports(one.version)][-1]
    )


@cache
def printed(name: str = "") -> dict[str, str]:
    """What a device of the lab prints for each command that an audit reads; a switch that reports, unless named."""
    lab = memory_lab(switch() if not name else device(name))
    door = lab.door("sw1")
    if not name:
        converse(configure(intent_of(WANTED), commit=True), door.answer)
        converse(establish_trust(TOKEN), door.answer)
    texts: dict[str, str] = {}

    def answer(request: Request) -> Answer:
        got = door.answer(request)
        if isinstance(request, Show):
            texts[request.command.split(" |")[0]] = got.text
        return got

    converse(read_licensing(), answer)
    return texts


def unproven(texts: dict[str, str], wanted: Intent) -> Iterator[str]:
    """The rules that pass without a line that stands in *texts*."""

    def answer(request: Request) -> Answer:
        assert isinstance(request, Show)
        return Answer(texts.get(request.command.split(" |")[0], ""))

    for found in verify(converse(read_licensing(), answer), wanted, host="sw1"):
        if found.verdict is Verdict.PASS and not found.evidence:
            yield f"{found.rule_id}: no evidence"
        for evidence in found.evidence if found.verdict is Verdict.PASS else ():
            if not stands(evidence, texts.get(evidence.command.split(" |")[0], "")):
                yield f"{found.rule_id}: {evidence}"


def stands(evidence: Evidence, text: str) -> bool:
    """Whether the line is in *text*, as it is or behind its parent (``call-home: ...``); or is absent, as it says."""
    lines = " ".join(text.split())
    if " ".join(evidence.line.split()) in lines:
        return True
    if (absent := re.fullmatch(r"(?:[^']+: )?no line '(.+?)(?: ?\.\.\.)?'", evidence.line)) is not None:
        return absent[1] not in lines
    parts = evidence.line.lstrip("+-").split(": ")
    return len(parts) > 1 and all(part in lines for part in parts)


def outputs() -> list[tuple[str, str]]:
    """Each capture and sample of a command that an audit reads: the command, and where the text is."""
    named = {command.replace(" ", "_"): command for command in (*READ, LOGGING)}
    samples = [(named[path.parent.name], str(path)) for path in SAMPLES.glob("*/*.txt") if path.parent.name in named]
    golden = [(COMMANDS[path.split("/")[0]], path) for path in captures()]
    return sorted(samples) + [(command, path) for command, path in golden if command in (*READ, LOGGING)]


@pytest.mark.parametrize(("command", "path"), outputs())
def test_a_pass_quotes_what_was_printed(command: str, path: str):
    text = Path(path).read_text(encoding="utf-8") if Path(path).is_absolute() else capture(path)
    if command == LOGGING:
        text = "\n".join(line for line in text.splitlines() if "SMART_LIC-" in line)
    texts = {**printed(), command: text}
    assert [wrong for wanted in INTENTS for wrong in unproven(texts, wanted)] == []


@pytest.mark.parametrize("name", sorted(families()))
def test_a_pass_quotes_what_a_device_of_each_family_prints(name: str):
    assert [wrong for wanted in INTENTS for wrong in unproven(printed(name), wanted)] == []


def test_a_line_that_nobody_printed_proves_nothing():
    assert not stands(Evidence("show clock", "12:00:00.000 UTC Thu Jan 1 2026"), "*12:00:01.000 UTC Thu Jan 1 2026")
    assert not stands(Evidence("show running-config", "no line 'ip name-server ...'"), "ip name-server 192.0.2.53")
    assert stands(Evidence("show running-config", "call-home: vrf Mgmt-vrf"), "call-home\n vrf Mgmt-vrf")
