"""A reconciliation as a table, JSON, CSV and HTML."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from nornir_smartlic import __version__
from nornir_smartlic.outputs.pages import page_environment
from nornir_smartlic.outputs.plain import Plain, plain
from nornir_smartlic.outputs.report import ExitCode
from nornir_smartlic.outputs.texts import clean, clean_cell
from nornir_smartlic.reconciliation import Answer, Kind, Reconciliation

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """A reconciliation with what stands around it."""

    result: Reconciliation
    created: datetime | None = None  # None: left out, as in tests
    version: str = __version__
    warnings: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """A host that was not read is a finding, and a run that failed."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.result.counts[Kind.UNREAD]:
            return ExitCode.FAILED
        return ExitCode.FINDINGS if self.result.findings else ExitCode.DONE


def reconciliation_document(report: ReconciliationReport) -> dict[str, Plain]:
    """*report* as one JSON object."""
    result = report.result
    return {
        "command": "reconcile",
        "version": report.version,
        "created": plain(report.created),
        "exit_code": int(report.exit_code),
        "answer": result.answer.value,
        "answer_text": clean(result.answer_text),
        "summary": {kind.value: count for kind, count in result.counts.items()},
        "licenses": [_with(plain(each), left=each.left) for each in result.positions],
        "findings": [
            _with(plain(each), udi=str(each.udi) if each.udi else None, is_finding=each.kind.is_finding)
            for each in result.discrepancies
        ],
        "warnings": plain(report.warnings),
    }


def _with(made: Plain, **more: str | int | bool | None) -> Plain:
    assert isinstance(made, dict)
    return {**made, **more}


def render_reconciliation(report: ReconciliationReport, name: str) -> str:
    """*report* in the format *name*; the same report always gives the same text, in which nothing acts."""
    return clean(RECONCILIATION_FORMATS[name](report))


def _json(report: ReconciliationReport) -> str:
    return json.dumps(reconciliation_document(report), indent=2) + "\n"


RECONCILIATION_COLUMNS: Final = (
    "row",
    "finding",
    "license",
    "virtual_account",
    "host",
    "udi",
    "bought",
    "in_cssm",
    "in_use",
    "left",
    "accounting",
    "ends",
    "what",
    "fix",
)


def _csv(report: ReconciliationReport) -> str:
    """A row for each licence of a virtual account, and below them one for each finding."""
    text = io.StringIO()
    writer = csv.DictWriter(text, RECONCILIATION_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for position in report.result.positions:
        writer.writerow(
            _cells(
                {
                    "row": "licence",
                    "license": position.license,
                    "virtual_account": position.virtual_account,
                    "bought": position.bought,
                    "in_cssm": position.in_cssm,
                    "in_use": position.in_use,
                    "left": position.left,
                    "accounting": position.accounting.value,
                }
            )
        )
    for found in report.result.discrepancies:
        writer.writerow(
            _cells(
                {
                    "row": "finding",
                    "finding": found.kind.value,
                    "license": found.license,
                    "virtual_account": found.virtual_account,
                    "host": found.host,
                    "udi": found.udi,
                    "bought": found.bought,
                    "in_cssm": found.in_cssm,
                    "in_use": found.on_device,
                    "accounting": found.accounting.value if found.accounting else None,
                    "ends": found.ends.isoformat() if found.ends else None,
                    "what": found.message,
                    "fix": found.fix,
                }
            )
        )
    return text.getvalue()


def _cells(values: Mapping[str, object]) -> dict[str, str]:
    return {name: "" if value is None else clean_cell(str(value)) for name, value in values.items()}


def _html(report: ReconciliationReport) -> str:
    environment = page_environment()
    environment.filters["or_dash"] = _or_dash
    tone = {Answer.YES: "pass", Answer.NO: "fail", Answer.NOT_KNOWN: "unknown"}[report.result.answer]
    template = environment.get_template("reconciliation.html.j2")
    return template.render(document=reconciliation_document(report), tone=tone) + "\n"


def _table(report: ReconciliationReport) -> str:
    """The tables as plain text, 140 columns wide."""
    from rich.console import Console

    text = io.StringIO()
    console = Console(file=text, width=140, color_system=None, highlight=False, legacy_windows=False)
    for part in reconciliation_tables(report):
        console.print(part)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def reconciliation_tables(report: ReconciliationReport) -> Iterable[RenderableType]:
    """What a terminal shows: the licences, what is to be mended, and the answer."""
    from rich.text import Text

    result = report.result
    if result.positions:
        licenses = _columns("licence", "virtual account", "bought", "in CSSM", "in use", "left")
        for each in result.positions:
            cells = (each.license, each.virtual_account, each.bought, each.in_cssm, each.in_use)
            left = Text(_or_dash(each.left), style="bold red" if each.left is not None and each.left < 0 else "")
            licenses.add_row(*map(_cell, cells), left)
        yield licenses
    if result.findings:
        findings = _columns("finding", "host", "virtual account", "licence", "what", "fix")
        for found in result.findings:
            host = found.host or (str(found.udi) if found.udi else None)
            cells_found = (found.kind.value, host, found.virtual_account, found.license, found.message, found.fix or "")
            findings.add_row(*map(_cell, cells_found))
        yield findings
    style = {Answer.YES: "bold green", Answer.NO: "bold red", Answer.NOT_KNOWN: "bold yellow"}[result.answer]
    yield Text(f"Is what is in use what we own? {clean(result.answer_text)}", style=style)


def _columns(*titles: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title)
    return table


def _cell(value: object) -> RenderableType:
    from rich.text import Text

    return Text(clean(_or_dash(value)))


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)


RECONCILIATION_FORMATS: Final[dict[str, Callable[[ReconciliationReport], str]]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "html": _html,
}
