"""What an inventory file holds is read as it was written, by every version of YAML that its readers have."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from smartlic_lab.running.inventory import yaml_text


@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
@pytest.mark.parametrize("text", ["on", "No", "y", "12:30", "017", "1e3", "null", "17.12", "a: b", "", " x", "%z", "ü"])
def test_a_text_stays_a_text(text: str, version: tuple[int, int]) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    assert yaml.load(yaml_text({"password": text})) == {"password": text}


def test_what_two_hosts_share_is_written_out_twice() -> None:
    shared = {"port": 22}
    assert yaml_text({"a": shared, "b": shared}) == "a:\n  port: 22\nb:\n  port: 22\n"
