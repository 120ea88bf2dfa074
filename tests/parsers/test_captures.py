"""The captures of real devices: every value is the expected one, and no line is left over."""

from __future__ import annotations

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from nornir_smartlic.outputs import plain
from nornir_smartlic.parsers import identify, parse
from tests.captures import CAPTURES, capture, captures, command_of

EXPECTED = Path(__file__).parents[1] / "expected"
pytestmark = pytest.mark.captures


@pytest.mark.parametrize("path", captures())
def test_a_capture_gives_the_expected_values_and_leaves_no_line(path: str) -> None:
    parsed = parse(command_of(path), capture(path))
    expected = YAML(typ="safe").load((EXPECTED / path).with_suffix(".yml").read_text(encoding="utf-8"))
    assert plain(parsed.value) == expected
    assert parsed.unparsed == ()


@pytest.mark.parametrize("path", captures())
def test_the_command_of_a_capture_is_found_by_its_text(path: str) -> None:
    assert identify(capture(path)) == parse(command_of(path), capture(path)).command


@pytest.mark.parametrize("path", captures())
def test_every_value_has_the_type_that_the_model_says(path: str) -> None:
    assert list(_untyped(parse(command_of(path), capture(path)).value)) == []


@pytest.mark.parametrize("path", [path for path in captures() if command_of(path) == "show version"])
def test_no_line_of_show_version_is_a_mere_remark(path: str) -> None:
    assert parse("show version", capture(path)).value.details.remarks == ()


@pytest.mark.skipif(CAPTURES is None, reason="the captures are not beside the repository")
def test_every_expected_file_has_its_capture_and_the_other_way_round() -> None:
    expected = sorted(str(path.relative_to(EXPECTED).with_suffix(".txt")) for path in EXPECTED.glob("*/*.yml"))
    assert expected == captures()


def _untyped(value: Any, where: str = "") -> typing.Iterator[str]:
    """The fields below *value* whose value is not of the annotated type; times must be aware."""
    if isinstance(value, datetime) and value.tzinfo is None and not where.endswith(".wall"):
        yield f"{where} is a naive time"
    if isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _untyped(item, f"{where}[{number}]")
    if is_dataclass(value) and not isinstance(value, type):
        hints = typing.get_type_hints(type(value))
        for item in fields(value):
            held = getattr(value, item.name)
            if not _is_of(held, hints[item.name]):
                yield f"{where}.{item.name} = {held!r}, not {hints[item.name]}"
            yield from _untyped(held, f"{where}.{item.name}")


def _is_of(value: Any, hint: Any) -> bool:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_is_of(value, argument) for argument in arguments)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if arguments[-1] is Ellipsis:
            return all(_is_of(item, arguments[0]) for item in value)
        return len(value) == len(arguments) and all(map(_is_of, value, arguments))
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, type(None) if hint is None else hint)
