"""What README says of its evidence is what there is, and the recipes are data that the plugin takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from nornir_smartlic.intent import intent_of
from smartlic_lab.platforms import Evidence, families, releases

ROOT = Path(__file__).parents[1]
README = re.sub(r"\s+", " ", (ROOT / "README.md").read_text())
RECIPES = (ROOT / "docs" / "recipes.md").read_text()


def test_the_numbers_of_captures_are_those_of_the_expected_values():
    """A capture has its values in ``tests/expected``; `test_captures` holds the two together."""
    files = sorted((ROOT / "tests" / "expected").glob("*/*.yml"))
    text = "\n".join(path.read_text() for path in files)
    kinds, agents = {path.parent.name for path in files}, set(re.findall(r"agent_version: '?(\d+\.\d+[.\d]*)", text))
    shown = set(re.findall(r"^release: '?(\S+)", text, re.MULTILINE))
    assert f"{len(files)} captured outputs of real devices, of {len(kinds)} kinds" in README
    assert f"from {len(agents)} versions of the Smart Agent" in README
    assert f"and {len(shown)} releases of `show version`" in README


def test_the_lab_has_as_many_families_and_releases():
    assert f"{len(families())} product families and {len(releases())} releases" in README
    unverified = [one for one in families().values() if one.known is Evidence.UNVERIFIED]
    assert f"{len(unverified)} of the families are unverified" in README


def test_every_unmodified_client_is_named():
    clients = {path.name.removeprefix("client_") for path in (ROOT / "tests" / "end_to_end").glob("client_*")}
    number, names = re.findall(r"(\d+) clients that we did not write talk to the lab unmodified: ([^.]*)\.", README)[0]
    assert (int(number), {name.strip().lower() for name in names.split(",")}) == (len(clients), clients)


@pytest.mark.parametrize("recipe", re.findall(r"```yaml\n(.*?)```", RECIPES, re.DOTALL))
def test_a_recipe_is_consistent_data(recipe: str):
    intent_of(YAML(typ="safe").load(recipe)["smart_licensing"])
