"""Rules of users: from a YAML file, and from packages."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from nornir_smartlic.cli import own_rules
from nornir_smartlic.cli.commands import audit
from nornir_smartlic.cli.own_rules import all_rules
from nornir_smartlic.compliance import RULES, Case, Evidence, Rule, Severity, Verdict
from nornir_smartlic.compliance.rules import Outcome, passed
from nornir_smartlic.errors import UsageError
from tests.memory import memory_lab, switch

DOCUMENT = Path(__file__).parents[2] / "docs/compliance.md"
EXAMPLE = DOCUMENT.read_text().partition("## Rules of your own")[2].partition("```yaml\n")[2].partition("```")[0]


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text)
    return path


def judged(path: Path) -> dict[str, tuple[Verdict, tuple[Evidence, ...], tuple[str, ...]]]:
    report = audit(memory_lab(switch()).nornir(), due_within_days=14, waivers=(), rules=all_rules(path))
    return {each.rule_id: (each.verdict, each.evidence, each.fix) for each in report.findings}


def test_the_example_of_the_document_fails_and_shows_what_the_device_said(tmp_path):
    verdict, evidence, fix = judged(written(tmp_path, EXAMPLE))["OWN-NO-DNA"]
    assert (verdict, fix[0]) == (Verdict.FAIL, "license boot level network-advantage")
    assert evidence == (Evidence("state.usage[].name", '["network-advantage", "dna-advantage"]'),)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (("`0`", "`1`"), Verdict.PASS),
        (("'C9300'", "'C8000V'"), Verdict.NOT_APPLICABLE),
        (("models: [SLP]", "models: [registered]"), Verdict.NOT_APPLICABLE),
        (("length(state.usage[?name=='dna-advantage']) == `0`", "state.usage[0].name"), Verdict.UNKNOWN),
        (("state.usage[?name", "state.no_such_key[?name"), Verdict.UNKNOWN),
        (("shows: state.usage[].name", "shows: state.no_such_key"), Verdict.FAIL),
    ],
)
def test_an_expression_decides(tmp_path, change, verdict):
    assert judged(written(tmp_path, EXAMPLE.replace(*change)))["OWN-NO-DNA"][0] is verdict


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (EXAMPLE.replace("OWN-NO-DNA", "SLP-TRUST"), "there are two of this id"),
        (EXAMPLE.replace("passes: length(", "passes: length(("), "passes: no JMESPath expression"),
        (EXAMPLE.replace("severity: high", "severity: grave"), "severity"),
        ("rules: 3", "expected a list of rules"),
        ("- [", "not YAML"),
    ],
)
def test_what_is_no_rule_is_wrong_usage(tmp_path, text, message):
    with pytest.raises(UsageError, match=message):
        all_rules(written(tmp_path, text))


def _always(case: Case) -> Outcome:
    return passed("fine", evidence=(case.line("Smart Licensing is ENABLED"),))


MINE = Rule("OWN-ALWAYS", Severity.LOW, "It is fine", "As an example.", _always)
NOT_RULES = 3


def test_packages_give_rules_by_their_entry_point(monkeypatch):
    def points(name: str) -> list[EntryPoint]:
        return [EntryPoint("mine", f"{__name__}:{name}", own_rules.ENTRY_POINTS)]

    monkeypatch.setattr(own_rules, "entry_points", lambda group: points("MINE") if group == "smartlic.rules" else [])
    assert all_rules(None) == (*RULES, MINE)
    monkeypatch.setattr(own_rules, "entry_points", lambda group: points("NOT_RULES"))
    with pytest.raises(UsageError, match="a int - expected a Rule"):
        all_rules(None)
