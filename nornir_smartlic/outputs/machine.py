"""Outputs for programs: JSON, CSV, Prometheus."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Final

from nornir_smartlic.compliance import Finding
from nornir_smartlic.outputs.plain import Plain, plain
from nornir_smartlic.outputs.report import HostReport, Report
from nornir_smartlic.outputs.texts import clean_cell

if TYPE_CHECKING:
    from prometheus_client.core import Metric


def document_of(report: Report) -> dict[str, Plain]:
    """*report* as one JSON object."""
    return {
        "command": report.command,
        "version": report.version,
        "created": plain(report.created),
        "exit_code": int(report.exit_code),
        "summary": {
            "hosts": len(report.hosts),
            "failed_hosts": len(report.failed_hosts),
            "changed_hosts": sum(host.changed for host in report.hosts),
            "interrupted": plain(report.progress) if report.interrupted else None,
            "verdicts": {verdict.value: count for verdict, count in report.verdicts.items()},
            "failures": {severity.value: count for severity, count in report.failures.items()},
        },
        "hosts": [_host(host) for host in report.hosts],
        "fleet": plain(report.fleet),
    }


def _host(host: HostReport) -> dict[str, Plain]:
    values = {field.name: plain(getattr(host, field.name)) for field in fields(host)}
    if host.device is not None:
        device = plain(host.device)
        assert isinstance(device, dict)
        device["licenses_in_use"] = [
            {"name": name, "count": count, "display": plain(display)}
            for name, count, display in host.device.licenses_in_use
        ]
        values["device"] = device
    return values


def render_json(report: Report) -> str:
    return json.dumps(document_of(report), indent=2) + "\n"


CSV_COLUMNS: Final = (
    "host",
    "platform",
    "release",
    "rule_id",
    "severity",
    "verdict",
    "found",
    "expected",
    "why",
    "deadline",
    "evidence",
    "fix",
    "waiver_owner",
    "waiver_reason",
    "waiver_until",
    "error",
)


def render_csv(report: Report) -> str:
    """One row for each finding; a host that failed has one row with its error."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for host in report.parts:
        if host.error is not None:
            writer.writerow({"host": clean_cell(host.host), "error": clean_cell(host.error.message)})
        for finding in host.findings:
            writer.writerow(_row(host, finding))
    return text.getvalue()


def _row(host: HostReport, finding: Finding) -> dict[str, str]:
    waiver = finding.waiver
    values = {
        "host": host.host,
        "platform": host.device.platform if host.device is not None else None,
        "release": host.device.release if host.device is not None else None,
        "rule_id": finding.rule_id,
        "severity": finding.severity.value,
        "verdict": finding.verdict.value,
        "found": finding.found,
        "expected": finding.expected,
        "why": finding.why,
        "deadline": finding.deadline.isoformat() if finding.deadline is not None else None,
        "evidence": "; ".join(map(str, finding.evidence)),
        "fix": "; ".join(finding.fix),
        "waiver_owner": waiver.owner if waiver is not None else None,
        "waiver_reason": waiver.reason if waiver is not None else None,
        "waiver_until": waiver.until.isoformat() if waiver is not None else None,
    }
    return {name: clean_cell(value or "") for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class _Metrics:
    """What prometheus_client asks a registry for."""

    metrics: Sequence[Metric]

    def collect(self) -> Sequence[Metric]:
        return self.metrics


def render_prometheus(report: Report) -> str:
    """The text exposition format, for the textfile collector of a node exporter."""
    from prometheus_client import generate_latest  # imported where it is used, as it starts an HTTP server's modules

    return generate_latest(_Metrics(metrics_of(report))).decode()


def metrics_of(report: Report) -> list[Metric]:
    """*report* as Prometheus counts it."""
    from prometheus_client.core import GaugeMetricFamily

    metrics: list[Metric] = []

    def metric(name: str, help_text: str, samples: Iterable[tuple[dict[str, str], float]]) -> None:
        family = GaugeMetricFamily(name, help_text)
        for labels, value in samples:
            family.add_sample(name, labels, value)
        metrics.append(family)

    metric(
        "smartlic_host_read",
        "1 where the host was read, 0 where it failed.",
        (({"host": host.host}, float(host.error is None)) for host in report.hosts),
    )
    metric(
        "smartlic_device_info",
        "Always 1; the labels tell what the device is.",
        (
            (
                {
                    "host": host.host,
                    "platform": host.device.platform or "",
                    "release": host.device.release or "",
                    "licensing_model": host.device.licensing_model,
                    "transport": host.device.transport or "",
                    "virtual_account": host.device.virtual_account or "",
                },
                1.0,
            )
            for host in report.hosts
            if host.device is not None
        ),
    )
    metric(
        "smartlic_finding",
        "1 for the verdict of each rule on each host.",
        (
            (
                {
                    "host": finding.host,
                    "rule": finding.rule_id,
                    "severity": finding.severity.value,
                    "verdict": finding.verdict.value,
                },
                1.0,
            )
            for finding in report.findings
        ),
    )
    for name, help_text, attribute in (
        ("smartlic_last_ack_timestamp_seconds", "When the last acknowledgement came.", "last_ack"),
        ("smartlic_next_ack_deadline_timestamp_seconds", "By when the next must come.", "next_ack_deadline"),
        ("smartlic_device_time_timestamp_seconds", "The clock of the device when it was read.", "device_time"),
    ):
        metric(
            name,
            help_text,
            (
                ({"host": host.host}, instant.timestamp())
                for host in report.hosts
                if host.device is not None and isinstance(instant := getattr(host.device, attribute), datetime)
            ),
        )
    metric(
        "smartlic_licenses_in_use",
        "Licences in use, by name.",
        (
            ({"host": host.host, "license": name}, float(count))
            for host in report.hosts
            if host.device is not None
            for name, count, _ in host.device.licenses_in_use
        ),
    )
    return metrics
