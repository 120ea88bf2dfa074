"""Devices as CSSM sees them: what they send, made by hand, so that CSSM is tested without the lab's agent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from nornir_smartlic.files import (
    RumReport,
    SystemInfo,
    UsageFile,
    parse_smart_license,
    render_usage_file,
    samples,
    sign,
)
from nornir_smartlic.model import Udi
from smartlic_lab.world.network import HttpRequest
from smartlic_lab.world.signing import report_key
from smartlic_lab.world.wire import Message, MessageKind, Reply, decode_reply, encode_message

JAN_1 = datetime(2026, 1, 1, tzinfo=UTC)
SOFTWARE = "regid.2017-05.com.cisco.C9300,v1_727af1d9-6c39-4444-b301-863f81445b72"
NETWORK_TAG = "regid.2017-03.com.cisco.advantagek9-C9300-24,1.0_f1563759-2e03-4a4c-bec5-5feec525a12c"
DNA_TAG = "regid.2017-07.com.cisco.C9300_24_Dna_Advantage,1.0_757b3b8b-18a2-4cc4-8c21-f10a0a2d22f6"
HSEC_TAG = "regid.2021-05.com.cisco.C9K_HSEC,1.0_90fdf411-3823-45bd-bd8c-5a5d0e0e1ea2"

SMART = "/licservice/license"
CSLU = "/cslu/v1/pi"


def days(number: float) -> timedelta:
    return timedelta(days=number)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def udi(number: int = 1) -> Udi:
    return Udi("C9300-24T", f"FOC{number:08d}")


def report(
    device: Udi,
    number: int,
    start: datetime,
    end: datetime,
    *,
    count: int = 1,
    tag: str = NETWORK_TAG,
    key: str | None = None,
) -> RumReport:
    """A sound report over one measurement."""
    sudi = {"udi_pid": device.pid, "udi_serial_number": device.sn}
    span = end - start
    payload = json.dumps(
        {
            "version": "2.0",
            "asset_identification": {
                "report_id": number,
                "asset": {"name": SOFTWARE},
                "instance": {"sudi": sudi},
            },
            "meta": {"entitlement_tag": tag, "software_version": "17.12.04"},
            "measurements": [
                {
                    "log_time": int(end.timestamp()),
                    "metric_name": "ENTITLEMENT",
                    "start_time": int(start.timestamp()),
                    "end_time": int(end.timestamp()),
                    "sample_interval": int(span.total_seconds()),
                    "num_samples": samples(span),
                    "meta": {},
                    "value": {"type": "COUNT", "value": str(count)},
                }
            ],
        },
        separators=(",", ":"),
    )
    value = sign(payload, key or report_key(SOFTWARE, device))
    signature = {"sudi": sudi, "signing_type": "builtin", "key": SOFTWARE, "value": value}
    return RumReport(payload, {"type": "rum"}, signature)


def usage_file(reports: Sequence[RumReport], now: datetime = JAN_1) -> bytes:
    info = SystemInfo(reports[0].udi, now, "1234", "switch", SOFTWARE)
    return render_usage_file(UsageFile(tuple(reports), info)).encode()


@dataclass
class FakeDevice:
    """Just enough of a device to talk to *authority*: it remembers its trust code and its last report."""

    authority: Any
    udi: Udi = field(default_factory=udi)
    others: tuple[Udi, ...] = ()  # its other members
    path: str = SMART
    hostname: str = "switch"
    trust_id: str | None = None
    reported_until: datetime = JAN_1
    next_report: int = 1767225600
    count: int = 1
    clock_offset: timedelta = timedelta()
    messages: int = 0

    def send(self, kind: MessageKind, now: datetime, **body: Any) -> Reply:
        """Send a message; the reply. A lost answer raises `ConnectionError`."""
        self.messages += 1
        message = Message(
            kind=kind,
            message_id=self.messages,
            udi=self.udi,
            members=(self.udi, *self.others),
            sent_at=now + self.clock_offset,
            hostname=self.hostname,
            software=SOFTWARE,
            software_version="17.12.04",
            trust_id=self.trust_id,
            body=body,
        )
        response = self.authority.handle(
            HttpRequest("POST", self.path, "cssm.example.com", body=encode_message(message)), now
        )
        if response.status != 200:
            raise ConnectionError(f"HTTP status {response.status}")
        return decode_reply(response.body)

    def trust(self, token: str, now: datetime = JAN_1, **body: Any) -> Reply:
        reply = self.send(MessageKind.TRUST_ESTABLISHMENT, now, token=token, **body)
        for text in reply.documents:
            for document in parse_smart_license(text):
                if getattr(document, "udi", None) == self.udi and hasattr(document, "trust_id"):
                    self.trust_id = document.trust_id
        return reply

    def new_report(self, until: datetime, *, tag: str = NETWORK_TAG) -> RumReport:
        made = report(self.udi, self.next_report, self.reported_until, until, count=self.count, tag=tag)
        self.reported_until = until
        self.next_report += 1
        return made

    def push(self, now: datetime, *reports: RumReport) -> Reply:
        """Push *reports*; without any, a new one up to now."""
        listed = reports or (self.new_report(now),)
        return self.send(MessageKind.USAGE_REPORTING, now, reports=[one.as_json() for one in listed])

    def poll(self, poll_id: int | None, now: datetime) -> Reply:
        return self.send(MessageKind.RESULT_POLLING, now, poll_id=poll_id)
