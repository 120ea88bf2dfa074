"""From one result model to every output: table, JSON, CSV, JUnit, SARIF, HTML, Markdown, Prometheus."""

from nornir_smartlic.outputs.background import Background, Drift, PastAudit
from nornir_smartlic.outputs.formats import FORMATS, render
from nornir_smartlic.outputs.listing import Listing
from nornir_smartlic.outputs.plain import Plain, plain
from nornir_smartlic.outputs.reconciliation import (
    RECONCILIATION_FORMATS,
    ReconciliationReport,
    render_reconciliation,
)
from nornir_smartlic.outputs.report import DeviceFacts, ExitCode, HostError, HostReport, Report

__all__ = [
    "FORMATS",
    "RECONCILIATION_FORMATS",
    "Background",
    "DeviceFacts",
    "Drift",
    "ExitCode",
    "HostError",
    "HostReport",
    "Listing",
    "PastAudit",
    "Plain",
    "ReconciliationReport",
    "Report",
    "plain",
    "render",
    "render_reconciliation",
]
