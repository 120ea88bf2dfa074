"""A line that was read is printed again: what the model has no place for is an error, or is listed as unparsed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from nornir_smartlic.errors import ParseError
from nornir_smartlic.parsers import parse
from smartlic_lab.cli.roundtrip import roundtrip

SAMPLES = Path(__file__).parents[2] / "samples"
NOT_RENDERED = ("show running-config", "show clock", "show logging")
PATHS = [path for path in sorted(SAMPLES.glob("*/*.txt")) if path.parent.name.replace("_", " ") not in NOT_RENDERED]


def _with_more(text: str) -> Iterator[str]:
    """*text* with a line of its own behind each line but those that are underlined, at the same indent."""
    lines = text.split("\n")
    for number, (line, below) in enumerate(pairwise(lines), start=1):
        if line.strip() and not (below and not below.strip(" =-")) and line.strip() != "Subject Name:":
            indent = line[: len(line) - len(line.lstrip())]
            yield "\n".join([*lines[:number], f"{indent}Unheard Of: by anybody", *lines[number:]])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_line_that_nobody_knows_is_reported(path: Path) -> None:
    command = path.parent.name.replace("_", " ")
    for text in _with_more(path.read_text(encoding="utf-8")):
        try:
            parsed = parse(command, text)
        except ParseError:
            continue
        assert parsed.unparsed or roundtrip(text, command) == "", text
