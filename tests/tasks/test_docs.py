"""The pages on tasks and inventory say what is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from nornir_smartlic import tasks
from nornir_smartlic.errors import IntentError
from nornir_smartlic.intent import intent_of, make_plan
from nornir_smartlic.intent.inventory import keys
from nornir_smartlic.model import LicensingReading
from nornir_smartlic.operations import results
from tests.intent.readings import slp

DOCS = Path(__file__).parents[2] / "docs"


def rows(page: str) -> list[list[str]]:
    """The cells of the page's tables, without heads."""
    lines = [line for line in (DOCS / page).read_text().splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_task_has_its_row_and_its_result_a_type():
    table = {re.sub("`", "", row[0]): re.sub("`", "", row[2].strip("| ")) for row in rows("tasks.md")}
    assert sorted(table) == sorted(tasks.__all__)
    assert [name for name in table.values() if not hasattr(results, name)] == []


def test_every_key_of_the_inventory_has_its_row():
    assert [re.sub("`", "", row[0]) for row in rows("inventory.md")] == list(keys())


def test_the_example_of_the_inventory_is_consistent_and_whole():
    (example,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "inventory.md").read_text(), re.DOTALL)
    data = YAML(typ="safe").load(example)["smart_licensing"]
    assert list(data) == list(keys())
    intent_of(data)


@pytest.mark.parametrize(
    ("data", "reading"),
    [
        ({"proxy": {"address": "proxy.example.com", "port": 80800}}, slp()),
        ({"transport": "off", "url": "default"}, slp()),
        ({"transport": "smart", "vrf": "Mgmt-vrf"}, slp("17.3.5")),
    ],
)
def test_the_errors_that_the_page_shows_are_those_that_are_raised(data: dict[str, Any], reading: LicensingReading):
    with pytest.raises(IntentError) as caught:
        make_plan(intent_of(data), reading)
    assert f"    {caught.value}\n" in (DOCS / "inventory.md").read_text()
