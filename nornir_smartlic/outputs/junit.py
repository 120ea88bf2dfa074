"""JUnit XML: a test suite for each host, a test case for each rule."""

from __future__ import annotations

from xml.etree import ElementTree

from nornir_smartlic.compliance import Finding, Verdict
from nornir_smartlic.outputs.report import HostReport, Report
from nornir_smartlic.outputs.texts import clean


def render_junit(report: Report) -> str:
    """Failed and unknown findings are failures; a host without a result is an error; waived ones are skipped."""
    suites = ElementTree.Element("testsuites", {"name": f"smartlic {report.command}"})
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for host in report.parts:
        suite = _suite(host)
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
        suites.append(suite)
    suites.attrib.update({name: str(count) for name, count in totals.items()})
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _suite(host: HostReport) -> ElementTree.Element:
    cases = [_case(finding) for finding in host.findings]
    if host.error is not None:
        case = ElementTree.Element(
            "testcase", {"classname": clean(host.host), "name": "reading the device", "time": "0"}
        )
        error = ElementTree.SubElement(case, "error", {"type": host.error.kind, "message": clean(host.error.message)})
        error.text = clean(host.error.message)
        cases.insert(0, case)
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": clean(host.host),
            "tests": str(len(cases)),
            "failures": str(sum(case.find("failure") is not None for case in cases)),
            "errors": str(sum(case.find("error") is not None for case in cases)),
            "skipped": str(sum(case.find("skipped") is not None for case in cases)),
            "time": "0",
        },
    )
    suite.extend(cases)
    return suite


def _case(finding: Finding) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", {"classname": clean(finding.host), "name": f"{finding.rule_id} {finding.title}", "time": "0"}
    )
    if finding.verdict.is_finding:
        kind = f"{finding.verdict.value} {finding.severity.value}"
        failure = ElementTree.SubElement(case, "failure", {"type": kind, "message": clean(finding.message)})
        failure.text = clean(
            "\n".join(
                [
                    finding.message,
                    *(f"evidence: {evidence}" for evidence in finding.evidence),
                    *(f"fix: {command}" for command in finding.fix),
                ]
            )
        )
    elif finding.verdict is Verdict.WAIVED and finding.waiver is not None:
        waiver = finding.waiver
        message = f"waived by {waiver.owner} until {waiver.until}: {waiver.reason} ({finding.message})"
        ElementTree.SubElement(case, "skipped", {"message": clean(message)})
    elif finding.verdict is Verdict.NOT_APPLICABLE:
        ElementTree.SubElement(case, "skipped", {"message": clean(f"not applicable: {finding.message}")})
    return case
