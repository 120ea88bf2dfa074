"""Files of checks, and fixtures, as pytest runs them; the devices are in memory."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from nornir.core.plugins.inventory import InventoryPluginRegister

from nornir_smartlic.fleet import register_plugins
from tests import memory

InventoryPluginRegister.auto_register()
register_plugins()  # once: pytester forgets the modules that a run loads, Nornir keeps their classes
assert memory  # likewise

pytest_plugins = ["pytester"]

PLUGIN = "nornir_smartlic.pytest_plugin"
QUIET = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
DEVICES = """
    from contextlib import nullcontext
    from tests.memory import WANTED, memory_lab, switch

    def pytest_smartlic_source(source, folder):
        lab = memory_lab(switch("sw1"), switch("sw2"))
        return nullcontext(lab.nornir({"sw1": WANTED})) if source == {"memory": True} else None
"""


@pytest.fixture
def run(pytester: pytest.Pytester):
    pytester.makeini(QUIET)
    pytester.makeconftest(DEVICES)

    def run(checks: str) -> tuple[dict[str, int], str]:
        (pytester.path / "test_fleet.smartlic.yaml").write_text(checks)
        done = pytester.runpytest_inprocess("-p", PLUGIN)
        return done.parseoutcomes(), str(done.stdout)

    return run


def test_checks_pass_and_fail_by_rules_and_values(run):
    outcomes, said = run(
        """
memory: true
checks:
  - name: clocks are set
    rules: [SLP-CLOCK, SLP-REPORT-BACKLOG]
  - name: it waits for its trust code
    hosts: [name=sw1]
    rules: {SLP-TRUST: fail, SLP-CLOCK: pass}
    values:
      version.release: 17.12.*
      state.transport.type: cslu
      state.usage.0.count: 1
      state.account.smart_account: null
  - name: it reports to CSSM
    hosts: ["name=sw?"]
    values: {state.transport.type: smart}
  - name: everything is as wanted
    hosts: [name=sw1]
"""
    )
    assert outcomes == {"passed": 2, "failed": 2}
    assert "sw1: not as expected\n  state.transport.type: cslu - expected smart\nsw2: not as expected" in said
    assert "    fix: smartlic trust -F name=sw1" in said
    assert "Traceback" not in said
    assert "pytest_plugin.py:" not in said


def test_a_verdict_that_differs_shows_its_evidence(run):
    outcomes, said = run("{memory: true, checks: [{name: trusted, hosts: [name=sw1], rules: {SLP-TRUST: pass}}]}")
    assert outcomes == {"failed": 1}
    assert "  SLP-TRUST: fail - expected pass" in said
    assert "    show license all: Trust Code Installed: <none>" in said


def test_a_waiver_in_the_file_counts(run):
    outcomes, _ = run(
        """
memory: true
waivers: [{rule: SLP-TRUST, hosts: [sw1], owner: noc@example.com, reason: next week, until: 2026-01-07}]
checks: [{name: trusted, hosts: [name=sw1], rules: [SLP-TRUST]}]
"""
    )
    assert outcomes == {"passed": 1}


def test_a_check_of_no_host_fails(run):
    outcomes, said = run("{memory: true, checks: [{name: nobody, hosts: [name=sw9]}]}")
    assert outcomes == {"failed": 1}
    assert "no host fits -F name=sw9" in said


WRONG = (
    ("checks: [{name: a}]", "where its devices are: none - expected inventory: CONFIG.YAML"),
    ("memory: true", "test_1.smartlic.yaml: no list of checks"),
    ("memory: true\nchecks: [{name: a, rules: [SLP-X]}]", "checks[0].rules: 'SLP-X' - expected a rule"),
    ("memory: true\nchecks: [{name: a, rules: {SLP-TRUST: passed}}]", "'passed' - expected one of pass, fail"),
    ("memory: true\nchecks: [{name: a, host: [b]}]", "checks[0].host: extra inputs are not permitted"),
    ("memory: true\nchecks: [{name: a}, {name: a}]", "two named 'a'"),
    ("memory: true\nchecks: [", "line 3: not YAML"),
    ("inventory: [a]\nchecks: [{name: a}]", "inventory: expected the name of Nornir's configuration file"),
    ("{topology: default, color: red, checks: [{name: a}]}", "beside topology: color - expected advance"),
    ("{topology: default, advance: soon, checks: [{name: a}]}", "'soon' is not a span of time"),
)


def test_what_is_wrong_in_a_file_is_one_line_before_anything_runs(pytester: pytest.Pytester):
    pytester.makeini(QUIET)
    pytester.makeconftest(DEVICES)
    for number, (text, _) in enumerate(WRONG):
        (pytester.path / f"test_{number}.smartlic.yaml").write_text(text)
    done = pytester.runpytest_inprocess("-p", PLUGIN)
    assert done.parseoutcomes() == {"errors": len(WRONG)}
    assert [said for _, said in WRONG if said not in str(done.stdout)] == []
    assert "Traceback" not in str(done.stdout)


def test_a_value_that_there_is_not_lists_what_there_is(run):
    outcomes, said = run("{memory: true, checks: [{name: a, hosts: [name=sw1], values: {state.udi.serial: A}}]}")
    assert outcomes == {"failed": 1}
    assert "state.udi.serial: there is no 'serial'; state.udi has pid, sn" in said


INVENTORY = {
    "config.yaml": "inventory: {plugin: SimpleInventory, options: {host_file: hosts.yaml}}\n",
    "hosts.yaml": "sw1: {data: {site: a}}\nsw2: {data: {site: b}}\nsw3: {data: {site: b}}\n",
}


def test_a_test_that_takes_a_host_runs_for_each_that_is_meant(pytester: pytest.Pytester):
    for name, text in INVENTORY.items():
        (pytester.path / name).write_text(text)
    pytester.makeini(f"{QUIET}smartlic_config = config.yaml")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.smartlic_hosts("site=b")
        def test_site_b(smartlic_host):
            assert smartlic_host.name in ("sw2", "sw3")

        def test_all(smartlic_host, smartlic_nornir):
            assert smartlic_host is smartlic_nornir.inventory.hosts[smartlic_host.name]
        """
    )
    done = pytester.runpytest_inprocess("-p", PLUGIN, "--strict-markers")
    done.assert_outcomes(passed=2 + 3)


def test_hosts_that_are_not_there_are_an_error(pytester: pytest.Pytester):
    for name, text in INVENTORY.items():
        (pytester.path / name).write_text(text)
    pytester.makeini(f"{QUIET}smartlic_config = config.yaml")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.smartlic_hosts("site=c")
        def test_none(smartlic_host): ...
        """
    )
    done = pytester.runpytest_inprocess("-p", PLUGIN)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["no host fits -F site=c"])


def test_without_an_inventory_a_test_that_takes_a_host_is_an_error(pytester: pytest.Pytester):
    pytester.makeini(QUIET)
    pytester.makepyfile("def test_all(smartlic_host): ...")
    done = pytester.runpytest_inprocess("-p", PLUGIN)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*name Nornir's configuration file with --smartlic-config or smartlic_config*"])


def test_the_plugin_is_installed_with_the_package():
    data = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert data["project"]["entry-points"]["pytest11"][PLUGIN] == PLUGIN
