"""What docs/testing.md shows is a test suite that runs, on a lab over SSH and on an inventory of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.plugins.inventory import InventoryPluginRegister

from nornir_smartlic.fleet import register_plugins
from smartlic_lab.running.lab import Lab

register_plugins()  # once: pytester forgets the modules that a run loads, Nornir keeps their classes
ConnectionPluginRegister.auto_register()
InventoryPluginRegister.auto_register()

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
QUIET = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
PLUGIN = "nornir_smartlic.pytest_plugin"


def block(word: str) -> str:
    """The one block of the page that has *word*."""
    (found,) = [text for text in re.findall(r"^```\w+\n(.*?)^```", PAGE, re.S | re.M) if word in text]
    return found


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """The files of the page."""
    pytester.makeini(f"{QUIET}pythonpath = .")
    (pytester.path / "branches.yaml").write_text(block("\ndevices:"))
    (pytester.path / "runbook.py").write_text(block("def bring_up"))
    return pytester


def test_a_runbook_is_tested_in_five_lines(suite: pytest.Pytester) -> None:
    test = block("from runbook import")
    assert len([line for line in test.splitlines() if line and "import" not in line]) <= 5
    (suite.path / "test_runbook.py").write_text(test)
    suite.runpytest_inprocess("-p", PLUGIN).assert_outcomes(passed=1)


def test_a_runbook_that_forgets_something_fails_with_the_rule_and_the_fix(suite: pytest.Pytester) -> None:
    runbook = suite.path / "runbook.py"
    runbook.write_text(re.sub(r".*nornir.run\((establish_trust|sync_usage).*\n", "", runbook.read_text()))
    (suite.path / "test_runbook.py").write_text(block("from runbook import"))
    done = suite.runpytest_inprocess("-p", PLUGIN)
    done.assert_outcomes(failed=1)
    shown = re.search(r"^```\nbranch-1: .*\n((?:  .*\n)+)", PAGE, re.M)
    assert shown is not None
    done.stdout.fnmatch_lines([f"*{line.replace('[', '[[]')}" for line in shown[1].splitlines()], consecutive=True)


def test_checks_in_yaml_run_on_a_topology(suite: pytest.Pytester) -> None:
    (suite.path / "test_branches.smartlic.yaml").write_text(block("advance: 1d"))
    suite.runpytest_inprocess("-p", PLUGIN).assert_outcomes(passed=3)


def test_checks_and_tests_run_on_an_inventory(client_lab: Lab, pytester: pytest.Pytester) -> None:
    """The plugin alone, without the lab's, on devices that it knows by an inventory."""
    pytester.makeini(QUIET)
    client_lab.inventory("nornir", pytester.path)
    pytester.makefile(
        ".smartlic.yaml", test_all="{inventory: config.yaml, checks: [{name: clocks, rules: [SLP-CLOCK]}]}"
    )
    pytester.makepyfile(
        """
        from nornir_smartlic.testing import assert_compliant

        def test_clock(smartlic_host):
            assert_compliant(smartlic_host, rules=["SLP-CLOCK"])
        """
    )
    done = pytester.runpytest_inprocess("-p", PLUGIN, "-p", "no:smartlic-lab", "--smartlic-config", "config.yaml")
    done.assert_outcomes(passed=1 + len(client_lab.devices))
