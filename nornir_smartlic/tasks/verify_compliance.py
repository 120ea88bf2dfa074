"""The task ``verify_compliance``."""

from __future__ import annotations

from collections.abc import Sequence

from nornir.core.task import Result, Task

from nornir_smartlic.compliance import RULES, RULES_KEY, ComplianceOptions, Rule, Waiver, house_rules_of, verify
from nornir_smartlic.model import Intent
from nornir_smartlic.operations.reading import read_licensing as reading
from nornir_smartlic.operations.results import ComplianceReport
from nornir_smartlic.tasks.driving import drive, intent_of_host


def verify_compliance(
    task: Task,
    intent: Intent | None = None,
    options: ComplianceOptions | None = None,
    waivers: Sequence[Waiver] = (),
    dry_run: bool | None = None,
    rules: Sequence[Rule] = RULES,
) -> Result:
    """Judge the host's licensing by all rules against its inventory; nothing is changed, *dry_run* makes no difference.

    What the host's ``smart_licensing_rules`` say (docs/compliance.md) goes before *options*.

    Returns:
        Result: ``result`` the ComplianceReport. Findings do not make the task fail: what they mean is the caller's.
    Raises:
        IntentError: the host's ``smart_licensing`` or ``smart_licensing_rules`` data is inconsistent.
    """
    del dry_run
    wanted = intent if intent is not None else intent_of_host(task.host)
    known = frozenset(rule.id for rule in rules)
    house = house_rules_of(task.host.get(RULES_KEY), known_rules=known, path=f"{RULES_KEY} of {task.host.name}")
    read = drive(task, reading())
    findings = verify(
        read,
        wanted,
        house.options(options or ComplianceOptions()),
        waivers,
        host=task.host.name,
        rules=house.rules(tuple(rules)),
    )
    return Result(host=task.host, result=ComplianceReport(findings, read), changed=False)
