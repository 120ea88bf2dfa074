"""What a house changes about the rules: in the data of hosts and groups, beside smart_licensing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from nornir.core.inventory import Group

from nornir_smartlic.compliance import RULES, ComplianceOptions, Severity, Verdict, house_rules_of
from nornir_smartlic.compliance.house import _Data
from nornir_smartlic.errors import IntentError
from nornir_smartlic.tasks import verify_compliance
from tests.memory import memory_lab, one, switch

DOCUMENT = Path(__file__).parents[2] / "docs/compliance.md"
KNOWN = frozenset(rule.id for rule in RULES)


def test_a_host_without_data_keeps_rules_and_thresholds():
    house = house_rules_of(None, known_rules=KNOWN)
    assert (house.rules(RULES), house.options(ComplianceOptions())) == (RULES, ComplianceOptions())


def test_thresholds_go_before_those_of_the_command():
    data = {"due_within_days": 30, "licenses": ["network-*"], "policy": "Custom Policy"}
    options = house_rules_of(data, known_rules=KNOWN).options(ComplianceOptions(ack_grace=timedelta(days=5)))
    assert (options.due_within, options.ack_grace) == (timedelta(days=30), timedelta(days=5))
    assert (options.licenses, options.policy) == (("network-*",), "Custom Policy")


def test_a_group_leaves_a_rule_out_and_takes_another_less_seriously():
    lab = memory_lab(switch(release="16.12"))
    nornir = lab.nornir()
    rules = {
        "disable": ["SLP-REGISTERED"],
        "severity": {"SLP-OLD-SOFTWARE": "low"},
        "old_software_until": date(2027, 1, 1),
    }
    nornir.inventory.hosts["sw1"].groups.append(Group("old", data={"smart_licensing_rules": rules}))
    found = {each.rule_id: each for each in one(nornir.run(verify_compliance)).result.findings}
    assert found["SLP-REGISTERED"].verdict is Verdict.NOT_APPLICABLE
    assert found["SLP-REGISTERED"].why == "the inventory leaves it out (smart_licensing_rules: disable)"
    assert found["SLP-OLD-SOFTWARE"].verdict is Verdict.FAIL
    assert found["SLP-OLD-SOFTWARE"].severity is Severity.LOW
    assert found["SLP-OLD-SOFTWARE"].deadline == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"disable": ["SLP-NONE"]}, "smart_licensing_rules.disable"),
        ({"severity": {"SLP-TRUST": "grave"}}, "smart_licensing_rules.severity.SLP-TRUST"),
        ({"old_software_until": "2027-01-01"}, "smart_licensing_rules.old_software_until"),
        ({"due_within": 3}, "smart_licensing_rules.due_within"),
        (["SLP-TRUST"], "smart_licensing_rules"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(data, where):
    with pytest.raises(IntentError, match=where):
        house_rules_of(data, known_rules=KNOWN)


def test_the_example_of_the_document_is_one():
    from ruamel.yaml import YAML

    text = DOCUMENT.read_text().partition("## Rules of the house")[2].partition("```yaml\n")[2].partition("```")[0]
    data = YAML(typ="safe").load(text)["branches"]["data"]["smart_licensing_rules"]
    assert set(data) == set(_Data.model_fields)
    assert house_rules_of(data, known_rules=KNOWN).old_software_until == datetime(2027, 6, 30, tzinfo=UTC)
