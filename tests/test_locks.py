"""The lock files pin, with hashes, what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = {"lab.lock": ("lab", "scrapli"), "dev.lock": ("dev", "pyats")}


def required(*extras: str) -> Iterator[Requirement]:
    """What the package needs with *extras*, those that an extra names of ours followed."""
    for text in [*PROJECT["dependencies"], *(t for extra in extras for t in PROJECT["optional-dependencies"][extra])]:
        requirement = Requirement(text)
        if requirement.name == PROJECT["name"]:
            yield from required(*requirement.extras)
        else:
            yield requirement


def pinned(lock: str) -> dict[str, list[str]]:
    pins: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*])?==([^ \\;]+)", lock, re.MULTILINE):
        pins.setdefault(canonicalize_name(name), []).append(version)
    return pins


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_satisfies_what_pyproject_asks_for(name: str) -> None:
    pins = pinned((ROOT / "requirements" / name).read_text())
    wrong = [
        f"{requirement}: locked {pins.get(canonicalize_name(requirement.name))}; run 'make lock'"
        for requirement in required(*LOCKS[name])
        if not any(
            requirement.specifier.contains(v, prereleases=True)
            for v in pins.get(canonicalize_name(requirement.name), [])
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_has_a_hash_and_no_host_is_named(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if "==" in block.split("\n", 1)[0]:
            assert "--hash=sha256:" in block, block.split("\n", 1)[0]
    assert "://" not in text
