"""``show version`` takes the lines that it knows, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from nornir_smartlic.parsers import parse

SAMPLES = Path(__file__).parents[1] / "samples" / "show_version"
PASTED = """interface Vlan1
Total licences : 17
16 things
License Level: network-advantage
Power supply part number : 341-0000-00
"""


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.txt")), ids=lambda path: path.stem)
def test_what_is_pasted_behind_it_is_unparsed(path: Path) -> None:
    text = path.read_text(encoding="utf-8").rstrip().removesuffix("edge1#")
    whole = parse("show version", text)
    parsed = parse("show version", f"{text}\nConfiguration register is 0x102\n\n{PASTED}")
    had_register = whole.value.details.configuration_register is not None
    more = ("Configuration register is 0x102",) if had_register else ()
    assert parsed.unparsed == whole.unparsed + more + tuple(PASTED.splitlines())
    if had_register:
        assert parsed.value == whole.value


def _router() -> str:
    return (SAMPLES / "c8300-unverified.txt").read_text(encoding="utf-8")


def test_a_rebranded_switch_is_read() -> None:
    """Source: corrections-2026-11.md, rebranded switches; the rest of the line as Cisco's own print it."""
    text = (SAMPLES / "c9300-16.6-unverified.txt").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("cisco "))
    made = f"Allen-Bradley 1783-CMS20DN (ARM) processor {line.partition('processor ')[2]}"
    parsed = parse("show version", text.replace(line, made))
    assert (parsed.value.platform, parsed.unparsed) == ("1783-CMS20DN", ())
    assert parsed.value.details.processor.model == "1783-CMS20DN"


def test_a_router_that_a_controller_manages_says_so() -> None:
    text = _router().replace("Router operating mode: Autonomous", "Router operating mode: Controller-Managed")
    parsed = parse(
        "show version",
        text.replace("Configuration register", "License Mode: Controller-Managed\nConfiguration register"),
    )
    assert parsed.value.details.operating_mode == "Controller-Managed"
    assert parsed.unparsed == ()


def test_all_technology_packages_and_the_suite_are_kept() -> None:
    lines = ["license boot suite AdvUCSuiteK9", "license boot level appxk9", "license boot level securityk9"]
    parsed = parse("show running-config", "\n".join(["hostname rt1", *lines, "end"]))
    assert parsed.value.packages == ("appxk9", "securityk9")
    assert parsed.value.suite == "AdvUCSuiteK9"
    assert parsed.value.intent.boot_level.level == "securityk9"


def test_a_router_without_a_limit_says_so() -> None:
    text = _router()
    parsed = parse(
        "show version", text.replace("\ncisco ", "\nThe current throughput level is unthrottled \ncisco ", 1)
    )
    assert "The current throughput level is unthrottled" in parsed.value.details.remarks
    assert parsed.value.throughput_kbps is None
    assert parsed.unparsed == ()
