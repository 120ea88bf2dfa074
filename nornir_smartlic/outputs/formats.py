"""The formats of a report, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nornir_smartlic.outputs.audit_page import render_html
from nornir_smartlic.outputs.calendar import render_calendar
from nornir_smartlic.outputs.junit import render_junit
from nornir_smartlic.outputs.machine import render_csv, render_json, render_prometheus
from nornir_smartlic.outputs.pages import render_markdown
from nornir_smartlic.outputs.report import Report
from nornir_smartlic.outputs.sarif import render_sarif
from nornir_smartlic.outputs.tables import render_table
from nornir_smartlic.outputs.texts import clean

FORMATS: Final[dict[str, Callable[[Report], str]]] = {
    "table": render_table,
    "json": render_json,
    "csv": render_csv,
    "junit": render_junit,
    "sarif": render_sarif,
    "html": render_html,
    "markdown": render_markdown,
    "prometheus": render_prometheus,
    "calendar": render_calendar,
}
_CLEAN_ALREADY: Final = ("calendar",)  # its lines end with a carriage return, which would be shown


def render(report: Report, name: str) -> str:
    """*report* in the format *name*; the same report always gives the same text, in which nothing acts."""
    text = FORMATS[name](report)
    return text if name in _CLEAN_ALREADY else clean(text)
