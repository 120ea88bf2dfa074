"""``assert_compliant``, and the text of its failure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias

from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.plugins.runners import SerialRunner

from nornir_smartlic.cli.failures import host_error
from nornir_smartlic.cli.inventory import register_doors
from nornir_smartlic.compliance import RULES, ComplianceOptions, Finding, Waiver
from nornir_smartlic.errors import UsageError
from nornir_smartlic.operations.results import ComplianceReport
from nornir_smartlic.outputs.texts import clean
from nornir_smartlic.tasks import verify_compliance

Audits: TypeAlias = Mapping[str, ComplianceReport | str]
"""Each host's verdicts, or why it was not read."""

_LINES: Final = 5
"""Lines of evidence that a failure shows for each rule."""


def assert_compliant(
    hosts: Host | Nornir,
    *,
    rules: Collection[str] | None = None,
    options: ComplianceOptions | None = None,
    waivers: Sequence[Waiver] = (),
) -> None:
    """Read a host, or all hosts of a Nornir, and fail where a rule does not hold or a host is not read.

    *rules* are the ids of those that count; ``None``: all. Of a single host nothing of Nornir's configuration is
    known: give the Nornir where that counts (``ssh.config_file``).

    Raises:
        AssertionError: with each rule that does not hold, its evidence and its fix.
        UsageError: one of *rules* does not exist, or there is no host.
    """
    __tracebackhide__ = True
    unknown = sorted(set(rules or ()) - {rule.id for rule in RULES})
    if unknown:
        raise UsageError(f"no such rule: {', '.join(unknown)}")
    audited = audits_of(hosts, options=options, waivers=waivers)
    problems = [text for host, audit in audited.items() if (text := problem_of(host, audit, rules)) is not None]
    if problems:
        raise AssertionError("\n".join(problems))


def audits_of(
    hosts: Host | Nornir, *, options: ComplianceOptions | None = None, waivers: Sequence[Waiver] = ()
) -> Audits:
    """What an audit says of each host, by name; raises `UsageError` where there is no host to audit."""
    nornir = hosts if isinstance(hosts, Nornir) else _alone(hosts)
    if not nornir.inventory.hosts:
        raise UsageError("no host to judge: nothing would be proven")
    results = nornir.run(verify_compliance, on_failed=True, options=options, waivers=waivers)
    audits: dict[str, ComplianceReport | str] = {}
    for name in sorted(nornir.inventory.hosts):
        if name not in results:
            audits[name] = "not tried"
            continue
        error = results[name].exception
        audits[name] = results[name][0].result if error is None else host_error(error).message
    return audits


def problem_of(host: str, audit: ComplianceReport | str, rules: Collection[str] | None = None) -> str | None:
    """The text of what does not hold on *host*; ``None``: everything does."""
    if isinstance(audit, str):
        return f"{host}: not read, so nothing is proven: {clean(audit)}"
    judged = [finding for finding in audit.findings if rules is None or finding.rule_id in rules]
    broken = [finding for finding in judged if finding.verdict.is_finding]
    if not broken:
        return None
    count = f"{len(broken)} of {len(judged)} rules" if len(judged) > 1 else "the rule"
    lines = [f"{host}: {count} {'do' if len(judged) > 1 else 'does'} not hold"]
    for finding in broken:
        lines += lines_of(finding)
    return "\n".join(lines)


def lines_of(finding: Finding) -> list[str]:
    """A finding for a reader: rule, what was found and expected, what the device printed, how to mend it."""
    lines = [f"  {finding.rule_id} ({finding.severity.value}, {finding.verdict.value}): {finding.title}"]
    if finding.why is not None:
        lines.append(f"    because: {finding.why}")
    else:
        lines.append(f"    found: {finding.found or 'nothing'}")
        if finding.expected is not None:
            lines.append(f"    expected: {finding.expected}")
    if finding.deadline is not None:
        lines.append(f"    deadline: {finding.deadline:%Y-%m-%d %H:%M %Z}")
    lines += [f"    {each.command}: {each.line}" for each in finding.evidence[:_LINES]]
    if len(finding.evidence) > _LINES:
        lines.append(f"    and {len(finding.evidence) - _LINES} more lines")
    lines += [f"    fix: {line}" for line in finding.fix]
    if finding.waiver is not None:
        lines.append(f"    waived by {finding.waiver.owner} until {finding.waiver.until}: {finding.waiver.reason}")
    return [clean(line).replace("\n", " ") for line in lines]


def _alone(host: Host) -> Nornir:
    inventory = Inventory(Hosts({host.name: host}), Groups(), host.defaults or Defaults())
    nornir = Nornir(inventory, runner=SerialRunner(), config=Config())
    register_doors(nornir)
    return nornir
