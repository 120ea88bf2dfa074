"""What a live device prints, held to the captures: the parsed state in the style of its release and product alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from nornir_smartlic.parsers.commands import PARSERS
from nornir_smartlic.parsers.state import RULES
from smartlic_lab.cli.roundtrip import AsDevice, as_device, compare
from smartlic_lab.show.rendering import PRINTERS
from smartlic_lab.show.sections import SECTIONS, WITHIN
from smartlic_lab.show.version import LEVELS, PROSE, SUPPORT
from tests.captures import capture, captures, command_of

DIFFERENCES: dict[str, Any] = YAML(typ="safe").load(
    Path(__file__).with_name("live_differences.yaml").read_text("utf-8")
)
NOT_PRINTED = ("show running-config",)  # the model holds of it what licensing needs; the device prints its lines
PATHS = [path for path in captures() if command_of(path) not in NOT_PRINTED]
PRODUCTS = {  # captures that do not say so themselves: the release that printed them, and the platform
    "show-license-authorization/genie-c9300-not-installed.txt": ("17.6", "c9300"),
    "show-license-usage/genie-c9300-stack3.txt": ("17.6", "c9300"),
    "show-license-usage/ciscodoc-c8000v-17.18-essentials10m.txt": ("17.18", "c8000v"),
    "show-license-usage/ciscodoc-cube-ha-17.15.txt": ("17.15", "c8000v"),
    "show-license-status/ciscodoc-c8000v-17.18-default-policy.txt": ("17.18", "c8000v"),
    "show-license-summary/ciscodoc-c8000v-17.18.txt": ("17.18", "c8000v"),
    "show-license-summary/ciscodoc-asr1006x-17.6-active.txt": ("17.6", "asr1000"),
    "show-license-summary/public-router-17.13.1a-none-in-use.txt": ("17.12", "c8000v"),
}


def held(path: str) -> AsDevice:
    release, platform = PRODUCTS.get(path, (None, None))
    return as_device(capture(path), command_of(path), release=release, platform=platform)


def changed(difference: str) -> list[str]:
    return [line for line in difference.split("\n")[2:] if line[0] in "+-"]


@pytest.mark.captures
@pytest.mark.parametrize("path", PATHS)
def test_a_live_device_prints_the_capture(path: str) -> None:
    known = DIFFERENCES.get(path, {"lines": []})
    assert changed(held(path).difference) == known["lines"]


@pytest.mark.captures
def test_few_captures_differ_and_each_has_its_reason() -> None:
    assert set(DIFFERENCES) <= set(captures())
    assert len(DIFFERENCES) <= 7
    assert all(known["reason"] for known in DIFFERENCES.values())


def test_titles_of_sections_are_those_that_the_parsers_read() -> None:
    """Two tables, each with its own words: neither takes them from the other."""
    assert set(RULES) == set(SECTIONS) | WITHIN


def test_every_command_that_is_parsed_is_printed() -> None:
    assert set(PARSERS) - set(PRINTERS) == set(NOT_PRINTED)


def test_no_words_of_a_printer_stand_in_the_device() -> None:
    words = {*SECTIONS, *PROSE, *LEVELS} - {SUPPORT}  # which show redundancy, that nobody parses, prints too
    device = Path(__file__).parents[3] / "lab" / "smartlic_lab" / "device"
    found = {(path.name, one) for path in device.rglob("*.py") for one in words if f'"{one}' in path.read_text("utf-8")}
    assert found == set()


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("The current throughput level is unthrottled\n", {}, 0),
        ("The current throughput level is unthrottled  \n\n\n", {}, 0),  # blanks and empty lines are counted apart
        ("License Usage:\n  No licenses in use\n", {}, 0),  # as the legacy model prints it
        ("License Usage:\n  No licenses in use\n", {"release": "17.12"}, 1),  # SLP has the head of the table
        ("The current throughput level is unthrottled\n", {"platform": "c1234"}, 2),
        ("Load for five secs: 1%/0%\n", {}, 2),
    ],
)
def test_the_command_shows_by_its_exit_code_whether_a_device_prints_the_same(
    tmp_path: Path, text: str, options: dict[str, str], code: int
) -> None:
    file = tmp_path / "saved.txt"
    file.write_text(text, "utf-8")
    assert compare([file], live=True, **options) == code
