"""The house holds: imports point one way, cores reach nothing outside, the plugin never knows the lab, and the map
is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.walls import circle, imports, module_of, touches, wrong_arrows

ROOT = Path(__file__).parents[1]
PLUGIN, LAB = "nornir_smartlic", "smartlic_lab"
ROOTS = {PLUGIN: ROOT, LAB: ROOT / "lab"}

# What each package may import of the two, itself and the version always included (docs/architecture.md).
PLUGIN_ARROWS = {
    "errors": "",
    "model": "errors",
    "parsers": "errors model",
    "intent": "errors model",
    "files": "errors model",
    "compliance": "errors model intent reconciliation",
    "migration": "errors model intent compliance",
    "reconciliation": "errors model intent",
    "operations": "errors model parsers intent files compliance migration",
    "doors": "errors model operations",
    "cssm": "errors model files",
    "store": "errors model compliance",
    "tasks": "errors model intent files compliance migration operations doors store",
    "fleet": "errors model intent compliance operations doors tasks store",
    "outputs": "errors model compliance reconciliation operations",
    "sources": "errors model compliance cssm outputs",
    "processors": "errors model compliance operations sources",
    "pyats": "errors model parsers intent compliance operations outputs.texts",
    "testbeds": "errors intent tasks",
    "testing": "errors compliance operations outputs tasks cli.failures cli.inventory",
    "pytest_plugin": "errors testing cli.inventory",
    "cli": "errors model parsers intent files compliance migration reconciliation operations doors cssm store tasks "
    "fleet outputs sources",
}
LAB_ARROWS = {  # name: of the lab; of the plugin
    "world": ("", "errors model"),
    "platforms": ("", "errors model"),
    "show": ("platforms", "model"),
    "agent": ("world.wire world.signing", "errors model files"),
    "device": ("platforms world agent show", "errors model"),
    "authority": ("world", "errors model files"),
    "transports": ("world", "errors"),
    "running": ("platforms world device authority transports", "errors model intent"),
    "cli": ("running show platforms", "errors parsers"),
    "pytest_plugin": ("world device authority running", "errors"),
}
ARROWS = {
    **{f"{PLUGIN}.{name}": [f"{PLUGIN}.{one}" for one in allowed.split()] for name, allowed in PLUGIN_ARROWS.items()},
    **{
        f"{LAB}.{name}": [*(f"{LAB}.{one}" for one in lab.split()), *(f"{PLUGIN}.{one}" for one in plugin.split())]
        for name, (lab, plugin) in LAB_ARROWS.items()
    },
}
PURE = [
    *(
        f"{PLUGIN}.{name}"
        for name in (
            "errors",
            "model",
            "parsers",
            "intent",
            "files",
            "compliance",
            "migration",
            "reconciliation",
            "operations",
        )
    ),
    *(f"{LAB}.{name}" for name in ("agent", "device", "show", "platforms", "authority")),
    *(f"{LAB}.world.{name}" for name in ("wire", "signing", "network", "world")),
]
DATA = f"{LAB}.platforms"  # reads the files of its own package, and nothing else


def sources(package: str) -> Iterator[tuple[str, str, bool]]:
    """The text of every module of a package, its name, and whether it is an ``__init__``."""
    root = ROOTS[package.split(".")[0]]
    base = root / package.replace(".", "/")
    for path in sorted(base.rglob("*.py")) if base.is_dir() else [base.with_suffix(".py")]:
        yield path.read_text(), *module_of(path, root)


def packages(of: str) -> set[str]:
    """What stands right below one of the two packages."""
    base = ROOTS[of] / of
    folders = {path.parent.name for path in base.glob("*/__init__.py")}
    return folders | {path.stem for path in base.glob("*.py") if path.stem != "__init__"}


# --- the house ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ARROWS)
def test_imports_point_one_way(package: str) -> None:
    allowed = [package, f"{PLUGIN}.__version__", *ARROWS[package]]
    wrong = [
        f"{module}:{found.line} imports {found.name}"
        for text, module, is_package in sources(package)
        for found in wrong_arrows(text, module, allowed, is_package=is_package)
    ]
    assert wrong == []


@pytest.mark.parametrize("of", [PLUGIN, LAB])
def test_every_package_has_its_arrows_declared(of: str) -> None:
    assert {f"{of}.{name}" for name in packages(of)} == {name for name in ARROWS if name.startswith(f"{of}.")}


def test_no_arrow_that_is_declared_runs_in_a_circle() -> None:
    below = {name: {allowed for allowed in ARROWS[name] if allowed in ARROWS} for name in ARROWS}
    while free := {name for name, rest in below.items() if not rest}:
        below = {name: rest - free for name, rest in below.items() if name not in free}
    assert below == {}


@pytest.mark.parametrize("of", [PLUGIN, LAB])
def test_no_files_import_each_other_in_a_circle(of: str) -> None:
    assert circle({module: (text, is_package) for text, module, is_package in sources(of)}) == []


def test_the_plugin_never_imports_the_lab() -> None:
    wrong = [
        f"{module}:{found.line}"
        for text, module, is_package in sources(PLUGIN)
        for found in imports(text, module, is_package=is_package)
        if found.name.split(".")[0] == LAB
    ]
    assert wrong == []


@pytest.mark.parametrize("package", PURE)
def test_a_core_reaches_nothing_outside(package: str) -> None:
    wrong = [
        f"{module}:{found.line} {found.name}"
        for text, module, _ in sources(package)
        for found in touches(text, module)
        if package != DATA or not found.name.startswith(".")
    ]
    assert wrong == []


@pytest.mark.parametrize("of", [PLUGIN, LAB])
def test_the_map_names_what_is_there(of: str) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    folder = (ROOTS[of] / of).relative_to(ROOT)
    block = re.search(rf"^{folder}/\n((?:  .*\n)+)", text, re.MULTILINE)
    assert block is not None
    named = re.findall(r"^  (\w+)(?:/|\.py)", block[1], re.MULTILINE)
    assert sorted(named) == sorted(packages(of))


# --- the walls: each of these would be found --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "source", "found"),
    [
        ("nornir_smartlic.compliance", "from nornir_smartlic import tasks\n", "nornir_smartlic.tasks"),
        ("nornir_smartlic.compliance", "from .. import tasks\n", "nornir_smartlic.tasks"),
        ("nornir_smartlic.compliance", "from ..tasks import audit\n", "nornir_smartlic.tasks.audit"),
        ("nornir_smartlic.model", "def late():\n    import nornir_smartlic.parsers\n", "nornir_smartlic.parsers"),
        ("nornir_smartlic.model", "import smartlic_lab\n", "smartlic_lab"),
        ("smartlic_lab.agent", "import smartlic_lab.device\n", "smartlic_lab.device"),
        ("smartlic_lab.agent", "from smartlic_lab import device\n", "smartlic_lab.device"),
        (
            "smartlic_lab.agent",
            "if TYPE_CHECKING:\n    from smartlic_lab.device.device import Device\n",
            "smartlic_lab.device.device.Device",
        ),
        ("smartlic_lab.agent", "import_module('smartlic_lab.device')\n", "smartlic_lab.device"),
        ("smartlic_lab.authority", "from smartlic_lab.agent import SmartAgent\n", "smartlic_lab.agent.SmartAgent"),
        ("smartlic_lab.cli", "from nornir_smartlic.cli import app\n", "nornir_smartlic.cli.app"),
        ("smartlic_lab.running", "from nornir_smartlic import cli\n", "nornir_smartlic.cli"),
        ("smartlic_lab.show", "from nornir_smartlic.parsers import words\n", "nornir_smartlic.parsers.words"),
        ("smartlic_lab.show", "from smartlic_lab.device import Device\n", "smartlic_lab.device.Device"),
        ("smartlic_lab.show", "from nornir_smartlic.parsers import parse\n", "nornir_smartlic.parsers.parse"),
        ("smartlic_lab.transports", "from smartlic_lab.running.lab import Lab\n", "smartlic_lab.running.lab.Lab"),
    ],
)
def test_an_arrow_that_points_the_other_way_is_found(package: str, source: str, found: str) -> None:
    wrong = wrong_arrows(source, f"{package}.planted", [package, *ARROWS[package]])
    assert [each.name for each in wrong] == [found]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("from smartlic_lab.device.b import B", "import smartlic_lab.device.a"),
        ("from smartlic_lab.device import b", "from .a import A"),
        ("if TYPE_CHECKING:\n    from smartlic_lab.device.b import B", "def late():\n    from . import a"),
    ],
)
def test_a_circle_is_found(first: str, second: str) -> None:
    planted = {"smartlic_lab.device": ("", True), "smartlic_lab.device.a": (first, False)}
    found = circle({**planted, "smartlic_lab.device.b": (second, False)})
    assert set(found) == {"smartlic_lab.device.a", "smartlic_lab.device.b"}


@pytest.mark.parametrize(
    "source",
    [
        "import socket\n",
        "import time\ntime.time()\n",
        "from time import monotonic\n",
        "from asyncio import run\n",
        "import httpx\n",
        "def late():\n    import subprocess\n",
        "from datetime import datetime\nnow = datetime.now(UTC)\n",
        "from datetime import datetime as at\nat.now()\n",
        "import datetime\ndatetime.datetime.utcnow()\n",
        "import datetime as dt\ndt.date.today()\n",
        "from datetime import datetime\nfield(default_factory=datetime.now)\n",
        "import os\nos.environ['HOME']\n",
        "from os import environ\n",
        "import os\nos.getenv('HOME')\n",
        "with open('f') as file:\n    pass\n",
        "from pathlib import Path\nPath('f').read_text()\n",
        "def load(path):\n    return path.read_bytes()\n",
    ],
)
def test_a_core_that_reaches_outside_is_found(source: str) -> None:
    assert touches(source, "smartlic_lab.authority.planted")


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import UTC, datetime\ndatetime(2026, 1, 1, tzinfo=UTC)\n",
        "def age(now):\n    return now.time()\n",
        "'datetime.now() and time.time() stand in a text'\n",
        "class Store:\n    def open(self): ...\nStore().open()\n",
        "from nornir_smartlic.model import Udi\n",
    ],
)
def test_what_reaches_nothing_is_no_finding(source: str) -> None:
    assert touches(source, "smartlic_lab.authority.planted") == []
