"""Tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import TYPE_CHECKING, Final

from nornir_smartlic.compliance import Finding, Severity, Verdict
from nornir_smartlic.outputs.report import HostReport, Report
from nornir_smartlic.outputs.texts import clean

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_VERDICT_STYLES: Final = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.UNKNOWN: "yellow",
    Verdict.WAIVED: "cyan",
    Verdict.NOT_APPLICABLE: "dim",
}
_SEVERITY_STYLES: Final = {
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def render_table(report: Report) -> str:
    """The tables as plain text, 140 columns wide, for a file."""
    from rich.console import Console

    text = StringIO()
    console = Console(file=text, width=140, color_system=None, highlight=False, legacy_windows=False)
    for part in tables_of(report):
        console.print(part)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def tables_of(report: Report) -> Iterable[RenderableType]:
    """What a terminal shows of *report*: the hosts, then what is to be mended."""
    yield _hosts(report)
    findings = report.to_mend
    if findings:
        yield _findings(findings)
    yield from _changes(report)
    yield _summary(report)


def _hosts(report: Report) -> RenderableType:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=None)
    table.add_column("host", no_wrap=True)
    is_audit = any(host.findings for host in report.hosts)
    with_device = any(host.device is not None for host in report.hosts)
    for title in ("platform", "release", "transport", "virtual account", "next ACK deadline") if with_device else ():
        table.add_column(title)
    if report.interrupted:
        table.add_column("interrupted")
    table.add_column("verdict" if is_audit else "outcome")
    for host in report.hosts:
        cells = [host.host]
        if with_device:
            device = host.device
            deadline = device.next_ack_deadline if device is not None else None
            cells += [
                (device.platform if device else None) or "-",
                (device.release if device else None) or "-",
                (device.transport if device else None) or "-",
                (device.virtual_account if device else None) or "-",
                f"{deadline:%Y-%m-%d %H:%M}" if hasattr(deadline, "strftime") else str(deadline or "-"),
            ]
        if report.interrupted:
            cells.append(host.progress or "-")
        table.add_row(*map(_text, cells), _outcome(host))
    return table


def _text(text: str, style: str = "") -> Text:
    """A cell as it stands: no markup of rich, and nothing that acts on the terminal."""
    from rich.text import Text

    return Text(clean(text), style=style)


def _outcome(host: HostReport) -> Text:
    style = "yellow" if host.changed else ""
    if host.error is not None:
        style = "bold red"
    elif host.verdict is not None:
        style = _VERDICT_STYLES[host.verdict]
    return _text(host.outcome, style)


def _findings(findings: tuple[Finding, ...]) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("severity", "rule", "host", "verdict", "found and expected", "fix"):
        table.add_column(title, no_wrap=title in ("rule", "host"))
    for finding in findings:
        message = finding.message
        if finding.waiver is not None:
            ended = "waived" if finding.verdict is Verdict.WAIVED else "the waiver has ended:"
            message += f" ({ended} by {finding.waiver.owner} until {finding.waiver.until}: {finding.waiver.reason})"
        table.add_row(
            Text(finding.severity.value, style=_SEVERITY_STYLES[finding.severity]),
            _text(finding.rule_id),
            _text(finding.host),
            Text(finding.verdict.value, style=_VERDICT_STYLES[finding.verdict]),
            _text(message),
            _text("\n".join(finding.fix)),
        )
    return table


def _changes(report: Report) -> Iterable[RenderableType]:
    from rich.text import Text

    styles = {"-": "red", "+": "green"}
    for host in report.hosts:
        if host.diff and not host.findings:
            yield _text(f"{host.host}:", "bold")
            for line in host.diff.splitlines():
                yield _text(f"  {line}", styles.get(line[:1], ""))
            yield Text()
        for warning in host.warnings:
            yield _text(f"{host.host}: warning: {warning}", "yellow")


def _summary(report: Report) -> RenderableType:
    from rich.text import Text

    parts = [f"{len(report.hosts)} host" + ("" if len(report.hosts) == 1 else "s")]
    if report.findings:
        parts += [f"{count} {verdict.value}" for verdict, count in report.verdicts.items() if count]
    elif report.command != "audit":
        parts.append(f"{sum(host.changed for host in report.hosts)} changed")
    if report.interrupted:
        parts.append("interrupted: " + ", ".join(f"{count} {name}" for name, count in report.progress.items()))
    if report.failed_hosts:
        parts.append(f"{len(report.failed_hosts)} failed")
    return Text(", ".join(parts), style="bold")
