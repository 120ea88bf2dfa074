"""Outputs for people: Markdown, and what HTML pages have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nornir_smartlic.model import Instant
from nornir_smartlic.outputs.report import Report
from nornir_smartlic.outputs.texts import clean

if TYPE_CHECKING:
    from jinja2 import Environment


def render_markdown(report: Report) -> str:
    """Tables of hosts and findings, for a ticket or a wiki."""
    lines = [f"# smartlic {report.command}", "", _sentence(report), ""]
    rows = [
        (
            host.host,
            (host.device.platform if host.device else None) or "-",
            (host.device.release if host.device else None) or "-",
            (host.device.virtual_account if host.device else None) or "-",
            shown_time(host.device.next_ack_deadline if host.device else None),
            host.outcome,
        )
        for host in report.hosts
    ]
    lines += _table(("host", "platform", "release", "virtual account", "next ACK deadline", "outcome"), rows)
    findings = report.to_mend
    if findings:
        lines += ["", "## Findings", ""]
        lines += _table(
            ("severity", "rule", "host", "verdict", "found and expected", "evidence", "fix"),
            [
                (
                    finding.severity.value,
                    finding.rule_id,
                    finding.host,
                    finding.verdict.value,
                    finding.message,
                    "; ".join(map(str, finding.evidence)),
                    "; ".join(f"`{command.strip()}`" for command in finding.fix),
                )
                for finding in findings
            ],
        )
    for host in report.hosts:
        if host.diff and not host.findings:
            lines += [
                "",
                f"## {_cell(host.host)}",
                "",
                f"{_fence(host.diff)}diff",
                *host.diff.splitlines(),
                _fence(host.diff),
            ]
    return "\n".join(lines) + "\n"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [
        "| " + " | ".join(header) + " |",
        "|" + "---|" * len(header),
        *("| " + " | ".join(map(_cell, row)) + " |" for row in rows),
    ]


def _cell(text: str) -> str:
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ").translate(_MARKED)


_MARKED = {ord(sign): f"\\{sign}" for sign in "\\|[]"}  # a table's own sign, and links and images


def _fence(text: str) -> str:
    """The fence around *text*: longer than any run of backticks in it, which else would end the block."""
    return "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))


def shown_time(instant: Instant | None) -> str:
    """*instant* to the minute, in the zone that the device printed; ``-`` where there is none."""
    if instant is None:
        return "-"
    return f"{instant:%Y-%m-%d %H:%M} {instant.tzname()}" if isinstance(instant, datetime) else str(instant)


def _sentence(report: Report) -> str:
    parts = [f"{len(report.hosts)} hosts"]
    parts += [f"{count} {verdict.value}" for verdict, count in report.verdicts.items() if count]
    parts += [f"{len(report.failed_hosts)} without a result"] if report.failed_hosts else []
    return ", ".join(parts) + "."


def page_environment() -> Environment:
    """Where pages are made: every value is text, and one that is missing is a bug."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
