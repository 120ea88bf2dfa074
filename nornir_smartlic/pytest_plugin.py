"""Plugin of pytest: the hosts of an inventory as fixtures, and files of checks in YAML. Loads the rest when used.

Nornir's configuration file is that of ``--smartlic-config``, else of the ini option ``smartlic_config``::

    @pytest.mark.smartlic_hosts("group=branches")
    def test_a_branch_is_compliant(smartlic_host):       # once for each host
        assert_compliant(smartlic_host)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from nornir_smartlic.errors import SmartLicError, UsageError

if TYPE_CHECKING:
    from nornir.core import Nornir
    from nornir.core.inventory import Host

    from nornir_smartlic.testing.assertions import Audits
    from nornir_smartlic.testing.checks import Check, CheckFile

_MARKER: Final = "smartlic_hosts"
_FILE: Final = re.compile(r"test_.*\.smartlic\.ya?ml")
_opened: Final = pytest.StashKey["Nornir"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    text = "Nornir's configuration file, for the fixtures smartlic_nornir and smartlic_host"
    parser.getgroup("smartlic").addoption("--smartlic-config", metavar="FILE", help=text)
    parser.addini("smartlic_config", f"{text}; from the root directory", default="")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make the hook for other sources of devices known."""
    from nornir_smartlic.testing import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", f"{_MARKER}(*filters): the hosts of smartlic_host, KEY=VALUE as of smartlic -F")


# --- fixtures ---------------------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``smartlic_host`` runs once for each host."""
    if "smartlic_host" not in metafunc.fixturenames:
        return
    from nornir_smartlic.cli.inventory import filtered

    filters = [str(text) for marker in metafunc.definition.iter_markers(_MARKER) for text in marker.args]
    try:
        names = sorted(filtered(_nornir(metafunc.config), filters).inventory.hosts)
    except SmartLicError as error:
        pytest.fail(str(error), pytrace=False)
    metafunc.parametrize("smartlic_host", names, indirect=True)


def _nornir(config: pytest.Config) -> Nornir:
    if _opened not in config.stash:
        from nornir_smartlic.cli.inventory import open_nornir

        given = config.getoption("--smartlic-config")
        named = config.getini("smartlic_config")
        if not given and not named:
            raise UsageError("no inventory: name Nornir's configuration file with --smartlic-config or smartlic_config")
        path = config.invocation_params.dir / given if given else config.rootpath / named
        config.stash[_opened] = open_nornir(path)
    return config.stash[_opened]


@pytest.fixture(scope="session")
def smartlic_nornir(pytestconfig: pytest.Config) -> Iterator[Nornir]:
    """Nornir over the inventory that is set; connections are closed at the end."""
    nornir = _nornir(pytestconfig)
    yield nornir
    nornir.close_connections(on_good=True, on_failed=True)


@pytest.fixture
def smartlic_host(request: pytest.FixtureRequest, smartlic_nornir: Nornir) -> Host:
    """A host of the inventory, each in turn; the marker ``smartlic_hosts`` chooses."""
    return smartlic_nornir.inventory.hosts[request.param]


# --- checks in YAML ---------------------------------------------------------------------------------------------------


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Files named ``test_*.smartlic.yaml``."""
    return ChecksFile.from_parent(parent, path=file_path) if _FILE.fullmatch(file_path.name) else None


@pytest.hookimpl(trylast=True)
def pytest_smartlic_source(source: Mapping[str, Any], folder: Path) -> AbstractContextManager[Nornir] | None:
    """``inventory``: Nornir's configuration file, from the file of checks."""
    if set(source) != {"inventory"}:
        return None
    if not isinstance(source["inventory"], str):
        raise UsageError("inventory: expected the name of Nornir's configuration file")
    return _inventory(folder / source["inventory"])


@contextmanager
def _inventory(path: Path) -> Iterator[Nornir]:
    from nornir_smartlic.cli.inventory import open_nornir

    nornir = open_nornir(path)
    yield nornir
    nornir.close_connections(on_good=True, on_failed=True)


class ChecksFile(pytest.File):
    """A file of checks. Its hosts are read once, when its first check runs."""

    _audits: Audits
    _nornir: Nornir

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each check."""
        from nornir_smartlic.testing.checks import read_checks

        try:
            self._file: CheckFile = read_checks(self.path)
            source = self.ihook.pytest_smartlic_source(source=self._file.source, folder=self.path.parent)
        except SmartLicError as error:
            raise self.CollectError(str(error)) from None
        if source is None:
            found = ", ".join(map(str, self._file.source)) or "none"
            raise self.CollectError(
                f"{self.path.name}: where its devices are: {found} - expected inventory: CONFIG.YAML, "
                "or topology: with the lab installed"
            )
        self._source: AbstractContextManager[Nornir] = source
        for check in self._file.checks:
            yield CheckItem.from_parent(self, name=check.name, check=check)

    def setup(self) -> None:
        """Open the devices, and read them."""
        from nornir_smartlic.testing.assertions import audits_of

        with ExitStack() as stack:
            self._nornir = stack.enter_context(self._source)
            self._audits = audits_of(self._nornir, waivers=self._file.waivers)
            self._stack = stack.pop_all()

    def teardown(self) -> None:
        """Leave the devices."""
        if hasattr(self, "_stack"):
            self._stack.close()

    def problems(self, check: Check) -> list[str]:
        """What is not as *check* expects, a text for each host; raises `UsageError` where no host is meant."""
        from nornir_smartlic.cli.inventory import filtered

        names = sorted(filtered(self._nornir, check.hosts).inventory.hosts)
        return [text for name in names if (text := check.problem(name, self._audits[name])) is not None]


class CheckItem(pytest.Item):
    """One check."""

    def __init__(self, *, check: Check, **options: Any) -> None:
        super().__init__(**options)
        self.check = check

    def runtest(self) -> None:
        """Fail with what is not as expected."""
        assert isinstance(self.parent, ChecksFile)
        problems = self.parent.problems(self.check)
        if problems:
            raise AssertionError("\n".join(problems))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text alone: there is no code to show."""
        if isinstance(excinfo.value, AssertionError | SmartLicError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it stands."""
        return self.path, None, self.name
