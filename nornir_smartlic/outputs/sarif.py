"""SARIF 2.1.0, the format of code scanners: dashboards that read it show licensing beside other findings."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

from nornir_smartlic.compliance import ALL_RULES, Finding, FleetRule, Rule, Severity, Verdict
from nornir_smartlic.outputs.report import Report

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_KINDS: Final = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.WAIVED: "fail",  # and suppressed
    Verdict.UNKNOWN: "open",  # "the evidence is insufficient to decide", section 3.27.9
    Verdict.NOT_APPLICABLE: "notApplicable",
}


def render_sarif(report: Report) -> str:
    """A run with every finding; hosts without a result are notifications of the invocation."""
    ids = [rule.id for rule in ALL_RULES]
    run = {
        "tool": {
            "driver": {
                "name": "smartlic",
                "version": report.version,
                "rules": [_rule(rule) for rule in ALL_RULES],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not report.failed_hosts,
                "toolExecutionNotifications": [
                    {
                        "level": "error",
                        "message": {"text": f"{host.host}: {host.error.message}"},
                        "descriptor": {"id": host.error.kind},
                        "locations": [_location(host.host)],
                    }
                    for host in report.failed_hosts
                    if host.error is not None
                ],
            }
        ],
        "results": [_result(finding, ids) for finding in report.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule | FleetRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.rationale},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"severity": rule.severity.value},
    }


def _location(host: str, command: str | None = None) -> dict[str, Any]:
    """A device is no file: it is a logical location; the artifact is there for viewers that insist on one."""
    return {
        "physicalLocation": {"artifactLocation": {"uri": quote(host, safe="")}, "region": {"startLine": 1}},
        "logicalLocations": [
            {"name": host, "kind": "resource", "fullyQualifiedName": f"{host}/{command}" if command else host}
        ],
    }


def _result(finding: Finding, ids: list[str]) -> dict[str, Any]:
    kind = _KINDS[finding.verdict]
    text = finding.message + "".join(f"\nfix: {command}" for command in finding.fix)
    result: dict[str, Any] = {
        "ruleId": finding.rule_id,
        "kind": kind,
        "level": _LEVELS[finding.severity] if kind == "fail" else "none",  # 3.27.10: none for all other kinds
        "message": {"text": text},
        "locations": [_location(finding.host, finding.evidence[0].command if finding.evidence else None)],
        "partialFingerprints": {"hostAndRule/v1": f"{finding.host}:{finding.rule_id}"},
        "properties": {
            "host": finding.host,
            "verdict": finding.verdict.value,
            "severity": finding.severity.value,
            "found": finding.found,
            "expected": finding.expected,
            "evidence": [str(evidence) for evidence in finding.evidence],
            "deadline": finding.deadline.isoformat() if finding.deadline is not None else None,
            "fix": list(finding.fix),
        },
    }
    if finding.rule_id in ids:
        result["ruleIndex"] = ids.index(finding.rule_id)
    if finding.verdict is Verdict.WAIVED and finding.waiver is not None:
        waiver = finding.waiver
        justification = f"{waiver.reason} ({waiver.owner}, until {waiver.until})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    return result
