"""``smartlic inventory HOST``: what is asked of a host, and who asks it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.commandline import CommandLine


@pytest.fixture
def inherited(smartlic: CommandLine) -> CommandLine:
    """A host whose data overrules one key of its group, which overrules one of the defaults."""
    smartlic.inventory(
        {"sw1": {"groups": ["branches"], "data": wanted(privacy={"hostname": True})}},
        groups={"branches": {"data": wanted(transport="smart", url="default", privacy={"version": True})}},
        defaults={"data": wanted(transport="cslu", usage_interval_days=7)},
    )
    return smartlic


def wanted(**keys: Any) -> dict[str, Any]:
    return {"smart_licensing": keys}


def test_each_key_has_its_value_and_its_origin(inherited: CommandLine):
    ended = inherited("inventory", "sw1", "--json")
    rows = {row["key"]: (row["value"], row["origin"]) for row in json.loads(ended.out)["keys"]}
    assert ended.code == 0
    assert rows == {
        "privacy.hostname": (True, "host sw1"),
        "privacy.version": (True, "group branches"),
        "transport": ("smart", "group branches"),
        "url": ("default", "group branches"),
        "usage_interval_days": (7, "defaults"),
    }


def test_the_table_names_the_origin_too(inherited: CommandLine):
    assert "group branches" in inherited("inventory", "sw1").out


def test_data_that_is_wrong_is_shown_with_the_reason(smartlic: CommandLine):
    smartlic.inventory({"sw1": {"data": wanted(transport="off", url="default")}})
    ended = smartlic("inventory", "sw1", "--json")
    document = json.loads(ended.out)
    assert ended.code == 2
    assert [row["origin"] for row in document["keys"]] == ["host sw1", "host sw1"]
    assert document["warnings"] == ["smart_licensing.url: 'default' - expected no URL: transport off reaches nobody"]
