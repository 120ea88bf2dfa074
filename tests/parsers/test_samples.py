"""Golden pairs of our own: ``samples/show_license_status/NAME.txt`` and ``NAME.yml`` with ``value`` and ``unparsed``.

Adding a pair adds a test. They hold what the captures do not: legacy states, reservations, authorizations, lists of
four members. Serial numbers and names are invented; forms that are unverified say so in the parser.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from nornir_smartlic.outputs import plain
from nornir_smartlic.parsers import identify, parse
from smartlic_lab.cli.roundtrip import roundtrip

SAMPLES = Path(__file__).parents[1] / "samples"
PATHS = sorted(SAMPLES.glob("*/*.txt"))
NOT_RENDERED = ("show running-config", "show clock")
LEAVES_LINES_OUT = ("with-others.txt",)  # a log with lines of other subjects


def _command(path: Path) -> str:
    return path.parent.name.replace("_", " ")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sample_gives_its_values(path: Path) -> None:
    expected = YAML(typ="safe").load(path.with_suffix(".yml").read_text(encoding="utf-8"))
    parsed = parse(_command(path), path.read_text(encoding="utf-8"))
    assert plain(parsed.value) == expected["value"]
    assert list(parsed.unparsed) == expected.get("unparsed", [])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_command_of_a_sample_is_found_by_its_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert identify(text) == parse(_command(path), text).command


@pytest.mark.parametrize(
    "path",
    [path for path in PATHS if _command(path) not in NOT_RENDERED and path.name not in LEAVES_LINES_OUT],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_sample_is_printed_again_byte_for_byte(path: Path) -> None:
    assert roundtrip(path.read_text(encoding="utf-8"), _command(path)) == ""
