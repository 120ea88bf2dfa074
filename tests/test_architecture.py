"""The house holds: imports point one way, cores open no socket and read no clock, the plugin never knows the lab."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "nornir_smartlic"
LAB = ROOT / "lab" / "smartlic_lab"

# What each package of the plugin may import of the plugin, itself always included (docs/architecture.md).
ALLOWED = {
    "errors": set(),
    "model": {"errors"},
    "parsers": {"errors", "model"},
    "intent": {"errors", "model", "operations.results"},
    "files": {"errors", "model"},
    "compliance": {"errors", "model"},
    "operations": {"errors", "model", "parsers", "intent", "files", "compliance"},
    "doors": {"errors", "model", "operations"},
    "cssm": {"errors", "model", "files"},
    "store": {"errors", "model", "compliance"},
    "tasks": {"errors", "model", "intent", "files", "compliance", "operations", "doors"},
    "fleet": {"errors", "model", "intent", "compliance", "operations", "doors", "tasks", "store"},
    "outputs": {"errors", "model", "compliance", "operations"},
}
PURE = [
    *(PLUGIN / name for name in ("model", "parsers", "intent", "files", "compliance", "operations")),
    *(LAB / name for name in ("agent", "device", "show", "platforms")),
]
IMPURE_MODULES = {
    "socket",
    "ssl",
    "asyncio",
    "asyncssh",
    "httpx",
    "netmiko",
    "nornir",
    "requests",
    "time",
    "subprocess",
}


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def plugin_packages() -> list[str]:
    return sorted(name for name in ALLOWED if (PLUGIN / name).exists() or (PLUGIN / f"{name}.py").exists())


@pytest.mark.parametrize("package", plugin_packages())
def test_imports_of_the_plugin_point_one_way(package: str) -> None:
    allowed = ALLOWED[package] | {package}
    sources = [PLUGIN / f"{package}.py"] if package == "errors" else sorted((PLUGIN / package).rglob("*.py"))
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources
        for line, name in imports_of(path)
        if name.startswith("nornir_smartlic.")
        and not any((name + ".").startswith(f"nornir_smartlic.{ok}.") for ok in allowed)
    ]
    assert wrong == []


def test_the_plugin_never_imports_the_lab() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in PLUGIN.rglob("*.py")
        for line, name in imports_of(path)
        if name.split(".")[0] == "smartlic_lab"
    ]
    assert wrong == []


def test_the_lab_takes_only_the_pure_packages_of_the_plugin() -> None:
    allowed = tuple(f"nornir_smartlic.{name}" for name in ("model", "files", "errors", "parsers", "intent"))
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in LAB.rglob("*.py")
        for line, name in imports_of(path)
        if name.startswith("nornir_smartlic.") and not name.startswith(allowed)
    ]
    assert wrong == []


def test_the_cores_open_no_socket_and_read_no_clock() -> None:
    wrong = []
    for package in PURE:
        for path in package.rglob("*.py"):
            text = path.read_text()
            wrong += [
                f"{path.relative_to(ROOT)}:{line} imports {name}"
                for line, name in imports_of(path)
                if name.split(".")[0] in IMPURE_MODULES
            ]
            wrong += [
                f"{path.relative_to(ROOT)}:{number} reads the clock"
                for number, line in enumerate(text.splitlines(), 1)
                if "datetime.now(" in line or "datetime.utcnow(" in line or "date.today(" in line
            ]
    assert wrong == []
