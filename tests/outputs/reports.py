"""A report with every verdict in it, for the tests of all outputs."""

from __future__ import annotations

from datetime import UTC, date, datetime

from nornir_smartlic.compliance import Waiver, verify
from nornir_smartlic.model import DeviceClock, Intent, Transport, TransportType, UnplacedTime
from nornir_smartlic.outputs import DeviceFacts, HostError, HostReport, Report
from tests.compliance.readings import JAN_1, WANTED, configuration, days, reading, reporting

WAIVER = Waiver("SLP-TRUST", ("sw2",), "noc@example.com", "waits for | a <new> supervisor", date(2026, 2, 1))


def host_report(host: str, **changes: object) -> HostReport:
    read = reading(**changes)
    return HostReport(host, device=DeviceFacts.of(read), findings=verify(read, WANTED, waivers=(WAIVER,), host=host))


def every_verdict() -> Report:
    """sw1 passes, sw2 fails and is waived once, sw3 has no time that counts, sw4 was not reached."""
    return Report(
        "audit",
        (
            HostReport("sw4", error=HostError("Unreachable", "sw4: no answer on 192.0.2.4 port 22")),
            host_report(
                "sw2",
                trust_codes=(),
                transport=Transport(TransportType.CSLU),
                configuration=configuration(intent=Intent()),
                usage_reporting=reporting(next_ack_deadline=JAN_1 - days(3)),
            ),
            host_report("sw1"),
            host_report("sw3", clock=DeviceClock(UnplacedTime(datetime(2026, 1, 1), "IST"), synchronised=True)),
        ),
        created=datetime(2026, 1, 1, 12, 30, tzinfo=UTC),
    )
