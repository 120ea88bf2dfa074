"""RUM usage report files: what ``license smart save usage`` writes and CSSM takes.

Source: reference/reports.md section 1; capture rum-report-file/xavier-c9800cl-17.9.2-rum-v2.txt.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files.envelope import (
    ROOT,
    Element,
    compact_json,
    names_of,
    read_data,
    read_envelope,
    read_object,
    render_data,
    render_envelope,
)
from nornir_smartlic.model import Udi

REPORT_ELEMENT: Final = "RUMReport"
SYSTEM_INFO_ELEMENT: Final = "smartLicenseSystemInfo"
SAMPLE_SPAN: Final = timedelta(minutes=15)
_SIGNATURE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class ReportMeasurement:
    """One measurement of a report: so many were in use from ``start`` to ``end``. Source: reports.md section 1.2."""

    start: datetime
    end: datetime
    count: int | None  # None: telemetry, which counts nothing
    metric: str
    sample_interval: timedelta | None
    num_samples: int | None
    close_reason: str | None = None
    termination_reason: str | None = None
    clock_change: timedelta = timedelta(0)

    @property
    def expected_samples(self) -> int:
        """How many 15-minute samples this span has, see `samples`."""
        return samples(self.end - self.start, self.clock_change)


def samples(span: timedelta, clock_change: timedelta = timedelta(0)) -> int:
    """The number of samples in *span* on the 900 s grid, both ends counted.

    Source: reports.md section 1.2, inferred: it gives all four values that were seen.
    """
    return int((span - clock_change) / SAMPLE_SPAN + 0.5) + 1


@dataclass(frozen=True)
class RumReport:
    """One signed usage report. ``payload`` is the signed text, kept byte for byte; everything else reads from it.

    ``signature`` has the keys ``sudi``, ``signing_type``, ``key``, ``value``; ``header`` is absent on some releases.
    """

    payload: str
    header: Mapping[str, Any] | None = field(default=None, hash=False)
    signature: Mapping[str, Any] | None = field(default=None, hash=False)

    @cached_property
    def content(self) -> dict[str, Any]:
        """The payload, read; raises `FileRejected`."""
        return read_object(self.payload, "payload of a RUM report")

    @cached_property
    def report_id(self) -> int:
        """The 32-bit number of this report. It stands in ``meta`` before payload version 2.0; raises `FileRejected`."""
        for section in ("asset_identification", "meta"):
            number = _section(self.content, section).get("report_id")
            if isinstance(number, int) and not isinstance(number, bool):
                return number
        raise FileRejected("payload of a RUM report: no report_id")

    @cached_property
    def udi(self) -> Udi:
        """The product instance that reports; raises `FileRejected`."""
        instance = _section(_section(self.content, "asset_identification"), "instance")
        return read_sudi(instance.get("sudi"), f"RUM report {self.report_id}")

    @property
    def software_id(self) -> str | None:
        """``regid...`` of the product."""
        return _text(_section(_section(self.content, "asset_identification"), "asset").get("name"))

    @property
    def software_version(self) -> str | None:
        """``17.09.02``; ``None`` where privacy keeps it out."""
        return _text(_section(self.content, "meta").get("software_version"))

    @property
    def entitlement_tag(self) -> str | None:
        """What is counted; ``None``: telemetry."""
        return _text(_section(self.content, "meta").get("entitlement_tag"))

    @property
    def ha_udis(self) -> tuple[tuple[str, Udi], ...]:
        """Role and UDI of every member."""
        listed = _section(self.content, "meta").get("ha_udi")
        where = f"ha_udi of RUM report {self.report_id}"
        if not isinstance(listed, list):
            return ()
        return tuple((str(m.get("role")), read_sudi(m.get("sudi"), where)) for m in listed if isinstance(m, dict))

    @property
    def is_telemetry(self) -> bool:
        """Whether this reports on the device and not on a licence. Source: reports.md section 1.2."""
        return _section(self.content, "meta").get("report_type") == "telemetry"

    @cached_property
    def measurements(self) -> tuple[ReportMeasurement, ...]:
        """What was measured, oldest first; raises `FileRejected`."""
        listed = self.content.get("measurements")
        if not isinstance(listed, list):
            raise FileRejected(f"RUM report {self.report_id}: no list of measurements")
        return tuple(self._measurement(raw) for raw in listed)

    @property
    def start(self) -> datetime | None:
        """When the first measurement began; ``None``: nothing was measured."""
        return self.measurements[0].start if self.measurements else None

    @property
    def end(self) -> datetime | None:
        """When the last measurement ended; ``None``: nothing was measured."""
        return self.measurements[-1].end if self.measurements else None

    def _measurement(self, raw: object) -> ReportMeasurement:
        if not isinstance(raw, dict):
            raise FileRejected(f"RUM report {self.report_id}: a measurement that is not an object")
        meta = raw.get("meta")
        meta = meta if isinstance(meta, dict) else {}  # telemetry has a list here
        value = raw.get("value")
        try:
            return ReportMeasurement(
                start=datetime.fromtimestamp(int(raw["start_time"]), UTC),
                end=datetime.fromtimestamp(int(raw["end_time"]), UTC),
                count=int(value["value"]) if isinstance(value, dict) else None,
                metric=str(raw["metric_name"]),
                sample_interval=_seconds(raw.get("sample_interval")),
                num_samples=None if raw.get("num_samples") is None else int(raw["num_samples"]),
                close_reason=_text(meta.get("close_reason")),
                termination_reason=_text(meta.get("termination_reason")),
                clock_change=_seconds(meta.get("clock_change_delta")) or timedelta(0),
            )
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise FileRejected(f"RUM report {self.report_id}: a measurement without {_what(error)}") from None

    def as_json(self) -> dict[str, Any]:
        """The object that stands in a file and in API calls."""
        parts = {"payload": self.payload, "header": self.header, "signature": self.signature}
        return {
            key: value if isinstance(value, str) else dict(value) for key, value in parts.items() if value is not None
        }


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """``smartLicenseSystemInfo``: who wrote a file, and the numbers that the API call reuses."""

    udi: Udi
    timestamp: datetime  # milliseconds since the epoch in the file
    nonce: str
    hostname: str | None  # None: kept out by privacy
    software_tag: str | None


@dataclass(frozen=True, slots=True)
class UsageFile:
    """A whole file of usage reports of one device; ``system_info`` is missing in some saved samples."""

    reports: tuple[RumReport, ...]
    system_info: SystemInfo | None = None

    @property
    def udi(self) -> Udi:
        """The device that wrote it."""
        return self.system_info.udi if self.system_info is not None else self.reports[0].udi


def parse_usage_file(text: str) -> UsageFile:
    """The reports in *text*; re-indented files and a lone ``RUMReport`` element are taken too.

    Raises:
        FileRejected: not a usage file, without a report, or with one that cannot be read.
    """
    return usage_file_of(read_envelope(text))


def usage_file_of(root: Element) -> UsageFile:
    """The same of a file that is parsed already; raises `FileRejected`."""
    elements = [root] if root.name == REPORT_ELEMENT else root.children
    if root.name not in (ROOT, REPORT_ELEMENT):
        raise FileRejected(f"<{root.name}> - expected <{ROOT}> with {REPORT_ELEMENT} elements")
    reports = tuple(_report(element) for element in elements if element.name == REPORT_ELEMENT)
    if not reports:
        raise FileRejected(f"<{root.name}> with {names_of(root)} - expected at least one {REPORT_ELEMENT}")
    info = next((element for element in elements if element.name == SYSTEM_INFO_ELEMENT), None)
    return UsageFile(reports, parse_system_info(info) if info is not None else None)


def report_of(raw: object, where: str = "usage") -> RumReport:
    """The report of one JSON object, as in files and API calls, checked as far as it must be to be carried.

    Raises:
        FileRejected: a part is missing or of the wrong kind.
    """
    if not isinstance(raw, dict) or not isinstance(raw.get("payload"), str):
        raise FileRejected(f"{where}: no payload text - expected an object with payload, header and signature")
    header, signature = raw.get("header"), raw.get("signature")
    for name, part in (("header", header), ("signature", signature)):
        if part is not None and not isinstance(part, dict):
            raise FileRejected(f"{where}: {name} is a {type(part).__name__} - expected an object")
    report = RumReport(raw["payload"], header, signature)
    _ = (report.report_id, report.udi, report.measurements)  # reads them, and so raises what is wrong
    return report


def render_usage_file(usage: UsageFile) -> str:
    """The file of *usage*, one report a line; payloads come out of a parse again byte for byte."""
    elements = [
        f"<{REPORT_ELEMENT}><![CDATA[{compact_json(report.as_json())}]]></{REPORT_ELEMENT}>" for report in usage.reports
    ]
    if usage.system_info is not None:
        elements.append(render_system_info(usage.system_info))
    return render_envelope(elements)


def parse_system_info(element: Element) -> SystemInfo:
    """``<smartLicenseSystemInfo>``; raises `FileRejected`. Source: reports.md section 1.1."""
    raw = read_data(element)
    where = f"<{SYSTEM_INFO_ELEMENT}>"
    if not isinstance(raw, dict):
        raise FileRejected(f"{where}: a JSON {type(raw).__name__} - expected an object")
    listed = raw.get("device_list")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    try:
        timestamp = datetime.fromtimestamp(int(raw["timestamp"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise FileRejected(f"{where}: no timestamp in milliseconds") from None
    return SystemInfo(
        udi=read_sudi(raw.get("sudi"), where),
        timestamp=timestamp,
        nonce=str(raw.get("nonce", "")),
        hostname=_text(raw.get("hostname")) or _text(first.get("hostname")),
        software_tag=_text(raw.get("software_tag_identifier")) or _text(first.get("software_tag_identifier")),
    )


def render_system_info(info: SystemInfo) -> str:
    """The element of *info*."""
    raw: dict[str, Any] = {
        "sudi": sudi(info.udi),
        "timestamp": round(info.timestamp.timestamp() * 1000),
        "nonce": info.nonce,
    }
    if info.hostname is not None:
        raw["hostname"] = info.hostname
    if info.software_tag is not None:
        raw["software_tag_identifier"] = info.software_tag
    return render_data(SYSTEM_INFO_ELEMENT, raw)


def sign(payload: str, key: str) -> str:
    """The base64 HMAC-SHA-256 of *payload*: the size is that of real signatures, their secret is not public."""
    return base64.b64encode(hmac.digest(key.encode(), payload.encode(), "sha256")).decode()


def check_report(report: RumReport, *, key: str | None = None) -> tuple[str, ...]:
    """What is wrong with *report*, one line each, none when it is sound; with *key* its signature is recomputed too."""
    problems = [*_signature_problems(report, key)]
    if not report.is_telemetry:
        if report.entitlement_tag is None:
            problems.append("no entitlement_tag")
        problems.extend(_measurement_problems(report.measurements))
    return tuple(f"report {report.report_id}: {problem}" for problem in problems)


def _signature_problems(report: RumReport, key: str | None) -> Iterable[str]:
    signature = report.signature
    if signature is None:
        if not report.is_telemetry:
            yield "no signature"
        return
    if "sudi" in signature and read_sudi(signature["sudi"], "signature") != report.udi:
        yield f"signed by {read_sudi(signature['sudi'], 'signature')}, reported by {report.udi}"
    if signature.get("signing_type") == "builtin" and signature.get("key") != report.software_id:
        yield "signature.key is not the software id of the product"
    value = str(signature.get("value", ""))
    try:
        size = len(base64.b64decode(value, validate=True))
    except binascii.Error:
        size = 0
    if signature.get("signing_type") == "builtin" and size != _SIGNATURE_BYTES:
        yield f"signature.value is not the base64 of {_SIGNATURE_BYTES} bytes"
    elif key is not None and not hmac.compare_digest(value, sign(report.payload, key)):
        yield "the signature does not fit the payload"


def _measurement_problems(measurements: tuple[ReportMeasurement, ...]) -> Iterable[str]:
    if not measurements:
        yield "no measurements"
    before: ReportMeasurement | None = None
    for number, measurement in enumerate(measurements, 1):
        where = f"measurement {number}"
        if measurement.end < measurement.start:
            yield f"{where} ends before it starts"
        if measurement.count is None or measurement.count < 0:
            yield f"{where} has no count"
        if measurement.sample_interval != measurement.end - measurement.start:
            yield f"{where}: sample_interval is not end_time - start_time"
        if measurement.num_samples != measurement.expected_samples:
            yield f"{where}: {measurement.num_samples} samples - expected {measurement.expected_samples}"
        if before is not None and measurement.start != before.end:
            word = "gap" if measurement.start > before.end else "overlap"
            yield f"{where}: a {word} of {abs(measurement.start - before.end)} to the one before"
        before = measurement


def sudi(udi: Udi) -> dict[str, str]:
    """*udi* with the names that files and APIs use."""
    return {"udi_pid": udi.pid, "udi_serial_number": udi.sn}


def read_sudi(raw: object, where: str) -> Udi:
    """The UDI of a ``sudi`` object; raises `FileRejected`."""
    if isinstance(raw, dict):
        pid, sn = raw.get("udi_pid"), raw.get("udi_serial_number")
        if isinstance(pid, str) and isinstance(sn, str) and pid and sn:
            return Udi(pid, sn)
    raise FileRejected(f"{where}: no sudi with udi_pid and udi_serial_number")


def _report(element: Element) -> RumReport:
    return report_of(read_object(element.text, f"<{REPORT_ELEMENT}>"), f"<{REPORT_ELEMENT}>")


def _section(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = content.get(name)
    return section if isinstance(section, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(value: object) -> timedelta | None:
    return None if value is None else timedelta(seconds=int(str(value)))


def _what(error: Exception) -> str:
    return f"{error.args[0]}" if isinstance(error, KeyError) else "whole numbers where they belong"
