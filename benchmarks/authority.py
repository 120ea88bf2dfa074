"""How many usage reports a second CSSM accepts and acknowledges, and how that grows with its product instances.

    python benchmarks/authority.py                                   # SQLite, in a file of its own
    python benchmarks/authority.py --database postgresql+psycopg://...   # an empty PostgreSQL database

Each device sends one push of two reports by the device transport, as JSON through ``Cssm.handle``, and polls for its
ACK after the processing time; every message is a transaction of its own. Reports are made beforehand. The database is
filled with devices up to the first size, measured, filled up to the next one, and measured again, on the same number
of devices each time; what grows is everything else in the database. The growth is that of the processor time of one
report, which other load on the machine does not change as it changes the rates.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from nornir_smartlic.files import samples, sign
from nornir_smartlic.model import Udi
from smartlic_lab.authority import Cssm
from smartlic_lab.authority.models import ProductInstance, ProductUdi
from smartlic_lab.world.network import HttpRequest
from smartlic_lab.world.signing import report_key
from smartlic_lab.world.wire import AnswerStatus, Message, MessageKind, Reply, decode_reply, encode_message

START = datetime(2026, 1, 1, tzinfo=UTC)
SOFTWARE = "regid.2017-05.com.cisco.C9300,v1_727af1d9-6c39-4444-b301-863f81445b72"
TAGS = (
    "regid.2017-03.com.cisco.advantagek9-C9300-24,1.0_f1563759-2e03-4a4c-bec5-5feec525a12c",
    "regid.2017-07.com.cisco.C9300_24_Dna_Advantage,1.0_757b3b8b-18a2-4cc4-8c21-f10a0a2d22f6",
)
TRUST = "827"


def udi_of(number: int) -> Udi:
    """The UDI of one device of the benchmark."""
    return Udi("C9300-24T", f"FOC{number:08d}")


def report(device: Udi, number: int, tag: str, end: datetime) -> dict[str, object]:
    """A sound report of a month."""
    sudi = {"udi_pid": device.pid, "udi_serial_number": device.sn}
    start = end - timedelta(days=30)
    payload = json.dumps(
        {
            "version": "2.0",
            "asset_identification": {"report_id": number, "asset": {"name": SOFTWARE}, "instance": {"sudi": sudi}},
            "meta": {"entitlement_tag": tag, "software_version": "17.12.04"},
            "measurements": [
                {
                    "log_time": int(end.timestamp()),
                    "metric_name": "ENTITLEMENT",
                    "start_time": int(start.timestamp()),
                    "end_time": int(end.timestamp()),
                    "sample_interval": int((end - start).total_seconds()),
                    "num_samples": samples(end - start),
                    "meta": {},
                    "value": {"type": "COUNT", "value": "1"},
                }
            ],
        },
        separators=(",", ":"),
    )
    value = sign(payload, report_key(SOFTWARE, device))
    signature = {"sudi": sudi, "signing_type": "builtin", "key": SOFTWARE, "value": value}
    return {"payload": payload, "header": {"type": "rum"}, "signature": signature}


def message(device: Udi, kind: MessageKind, now: datetime, **body: object) -> HttpRequest:
    """What a trusted device sends."""
    content = Message(kind, 1, device, (device,), now, "switch", SOFTWARE, "17.12.04", TRUST, body)
    return HttpRequest("POST", "/licservice/license", "cssm", body=encode_message(content))


def fill(cssm: Cssm, first: int, last: int) -> None:
    """Let the database know the trusted devices with these numbers."""
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "DEFAULT")
        for chunk in range(first, last + 1, 5000):
            numbers = range(chunk, min(chunk + 5000, last + 1))
            common = {"virtual_account_id": home.id, "software": SOFTWARE, "export_controlled": False}
            times = {"registered": START, "last_contact": START}
            work.session.execute(
                insert(ProductInstance),
                [{"id": n, "pid": udi_of(n).pid, "sn": udi_of(n).sn, **common, **times} for n in numbers],
            )
            work.session.execute(
                insert(ProductUdi),
                [
                    {"pid": udi_of(n).pid, "sn": udi_of(n).sn, "product_instance_id": n, "trust_code": TRUST}
                    for n in numbers
                ],
            )


def measure(cssm: Cssm, numbers: range, now: datetime, round_: int) -> tuple[float, float]:
    """Reports a second accepted, and acknowledged (the processing and the polls), for these devices."""
    pushes = [
        message(
            udi_of(n),
            MessageKind.USAGE_REPORTING,
            now,
            reports=[report(udi_of(n), 2 * round_ + k, tag, now) for k, tag in enumerate(TAGS)],
        )
        for n in numbers
    ]
    began = time.perf_counter()
    polls = [ask(cssm, request, now, AnswerStatus.OK_POLL).poll_id for request in pushes]
    accepted = time.perf_counter() - began
    later = now + timedelta(minutes=5)
    asked = [
        message(udi_of(n), MessageKind.RESULT_POLLING, later, poll_id=p) for n, p in zip(numbers, polls, strict=True)
    ]
    began = time.perf_counter()
    for request in asked:
        if not ask(cssm, request, later, AnswerStatus.OK).documents:
            raise SystemExit("a poll brought no ACK")
    acknowledged = time.perf_counter() - began
    reports = len(pushes) * len(TAGS)
    return reports / accepted, reports / acknowledged


def ask(cssm: Cssm, request: HttpRequest, now: datetime, expected: AnswerStatus) -> Reply:
    """Send, and stop the benchmark at any other answer."""
    reply = decode_reply(cssm.handle(request, now).body)
    if reply.status is not expected:
        raise SystemExit(f"{reply.status.value}: {reply.reason}")
    return reply


def main() -> None:
    """Print one line per size; the last line is the growth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="SQLAlchemy URL of an empty database")
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of product instances")
    parser.add_argument("--devices", type=int, default=500, help="devices that report at each size")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'cssm.db'}"
        cssm = Cssm("cssm", database=url, now=START)
        cssm.add_smart_account("example.com")
        filled, lines = 0, []
        for round_, size in enumerate(int(text) for text in asked.sizes.split(",")):
            fill(cssm, filled + 1, size)
            filled = size
            stride = max(1, size // asked.devices)
            numbers = range(1, size + 1, stride)[: asked.devices]
            cpu = time.process_time()
            accepted, acknowledged = measure(cssm, numbers, START + timedelta(days=31 * (round_ + 1)), round_)
            lines.append(
                {
                    "product_instances": size,
                    "accepted_per_s": accepted,
                    "acknowledged_per_s": acknowledged,
                    "cpu_ms_per_report": 1000 * (time.process_time() - cpu) / (len(numbers) * len(TAGS)),
                }
            )
            if not asked.json:
                print(
                    f"{size:>8} product instances: {accepted:6.0f} reports/s in, {acknowledged:6.0f} /s acknowledged, "
                    f"{lines[-1]['cpu_ms_per_report']:.2f} ms of this process for one"
                )
        growth = lines[-1]["cpu_ms_per_report"] / lines[0]["cpu_ms_per_report"]
        if asked.json:
            json.dump({"database": url.split(":")[0], "sizes": lines, "growth": growth}, sys.stdout, indent=2)
            print()
        else:
            print(f"one report takes {growth:.2f} times as much of this process at the last size as at the first")
        cssm.close()


if __name__ == "__main__":
    main()
