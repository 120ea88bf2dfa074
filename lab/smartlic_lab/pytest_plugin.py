"""Fixtures: a lab, its devices, its CSSM, its clock. Imports the lab only when a fixture is used.

The topology is that of the marker ``smartlic_topology`` (a file, the name of one that comes with the lab, or a dict),
else of the ini option of the same name, else one switch::

    @pytest.mark.smartlic_topology({"devices": [{"name": "r1", "platform": "c8000v"}]})
    def test_a_router_gets_its_trust_code(smartlic_lab, smartlic_clock): ...

To files of checks in YAML (``nornir_smartlic.pytest_plugin``) it gives the devices of a ``topology``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nornir_smartlic.errors import UsageError

if TYPE_CHECKING:
    from nornir.core import Nornir

    from smartlic_lab.authority import Cssm
    from smartlic_lab.device import Device
    from smartlic_lab.running.lab import Lab
    from smartlic_lab.world.clock import VirtualClock

_OPTION = "smartlic_topology"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini option."""
    parser.addini(_OPTION, "topology file of the fixture smartlic_lab", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", f"{_OPTION}(topology, serve=True): what the fixture smartlic_lab builds")


@pytest.fixture
def smartlic_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A running lab; ``serve=False`` in the marker keeps it in memory, without sockets."""
    from smartlic_lab.running.lab import Lab

    marker = request.node.get_closest_marker(_OPTION)
    topology: Any = marker.args[0] if marker and marker.args else request.config.getini(_OPTION)
    serve = bool(marker.kwargs.get("serve", True)) if marker else True
    if not topology:
        topology = {"devices": [{"name": "sw1"}]}
    make = Lab.from_dict if isinstance(topology, Mapping) else Lab.from_file
    with make(topology, serve=serve) as lab:
        yield lab


@pytest.fixture
def smartlic_devices(smartlic_lab: Lab) -> Mapping[str, Device]:
    """The lab's devices by name."""
    return smartlic_lab.devices


@pytest.fixture
def smartlic_cssm(smartlic_lab: Lab) -> Cssm:
    """The lab's CSSM."""
    return smartlic_lab.cssm


@pytest.fixture
def smartlic_clock(smartlic_lab: Lab) -> VirtualClock:
    """The lab's clock; let time pass with ``smartlic_lab.advance``."""
    return smartlic_lab.clock


@pytest.fixture
def smartlic_lab_nornir(smartlic_lab: Lab, tmp_path: Path) -> Iterator[Nornir]:
    """Nornir over the lab's devices, as their users have it: over SSH, with what the topology wants of each."""
    with _nornir(smartlic_lab, tmp_path / "smartlic-inventory") as nornir:
        yield nornir


@contextmanager
def _nornir(lab: Lab, folder: Path) -> Iterator[Nornir]:
    from nornir import InitNornir

    lab.inventory("nornir", folder)
    nornir = InitNornir(config_file=str(folder / "config.yaml"))
    yield nornir
    nornir.close_connections(on_good=True, on_failed=True)


@pytest.hookimpl(optionalhook=True)
def pytest_smartlic_source(source: Mapping[str, Any], folder: Path) -> AbstractContextManager[Nornir] | None:
    """``topology``: as the marker has it, a file counted from *folder*; ``advance``: a span that passes first."""
    if "topology" not in source:
        return None
    if unknown := set(source) - {"topology", "advance"}:
        raise UsageError(f"beside topology: {', '.join(sorted(map(str, unknown)))} - expected advance")
    from smartlic_lab.world.clock import parse_span

    topology = source["topology"]
    if isinstance(topology, str) and (folder / topology).is_file():
        topology = str(folder / topology)
    return _laboratory(topology, parse_span(str(source.get("advance", "0d"))))


@contextmanager
def _laboratory(topology: str | Mapping[str, Any], advance: timedelta) -> Iterator[Nornir]:
    import tempfile

    from smartlic_lab.running.lab import Lab

    built = Lab.from_dict(topology) if isinstance(topology, Mapping) else Lab.from_file(topology)
    with built as lab, tempfile.TemporaryDirectory(prefix="smartlic-checks-") as folder:
        lab.advance(advance)
        with _nornir(lab, Path(folder)) as nornir:
            yield nornir
