"""Reports of large fleets, as an audit of them would be; the same number gives the same report."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nornir_smartlic.model import Transport, TransportType
from nornir_smartlic.outputs import HostError, HostReport, Report
from tests.compliance.readings import JAN_1, days, reporting
from tests.outputs.reports import host_report

_SITES = ("Berlin", "Bern", "Lyon", "Oslo", "Porto", "Turin", "Vienna", "Zagreb")
_PLATFORMS = ("C9300-24T", "C9300-48P", "C9500-16X", "C8000V", "C9800-L-F-K9", "ISR4331/K9")
_RELEASES = ("17.6.5", "17.9.4", "17.12.4", "17.15.1")
_LICENSES = (
    ("network-advantage", "C9300-24 Network Advantage"),
    ("dna-advantage", "C9300-24 DNA Advantage"),
    ("network-advantage", "C9300-48 Network Advantage"),
    ("dna-advantage", "C9300-48 DNA Advantage"),
    ("network-advantage_500M", "ESR_P_500M_A"),
    ("air-network-advantage", "AIR Network Advantage"),
)


def fleet_report(size: int) -> Report:
    """*size* devices of eight sites: most are well, some fail this and that, some were not reached."""
    chance = random.Random(size)
    kinds = [
        host_report("x"),
        host_report("x", trust_codes=()),
        host_report("x", transport=Transport(TransportType.CSLU)),
        host_report("x", usage_reporting=reporting(next_ack_deadline=JAN_1 - days(3))),
        host_report("x", usage_reporting=reporting(next_ack_deadline=JAN_1 + days(9))),
        host_report("x", account=None),
    ]
    hosts = [_host(number, chance, kinds) for number in range(size)]
    return Report("audit", tuple(hosts), created=datetime(2026, 1, 1, 12, 30, tzinfo=UTC))


def _host(number: int, chance: random.Random, kinds: list[HostReport]) -> HostReport:
    site = chance.choice(_SITES)
    name = f"{site.lower()}-{number:04d}"
    if chance.random() < 0.01:
        message = f"{name}: no answer on 192.0.2.{number % 250} port 22"
        return HostReport(name, error=HostError("Unreachable", message), site=site)
    kind = chance.choices(range(len(kinds)), (85, 4, 3, 2, 4, 2))[0]
    like = kinds[kind]
    assert like.device is not None
    due = like.device.next_ack_deadline
    if kind not in (3, 4):
        due = JAN_1 + timedelta(days=chance.randrange(15, 300), hours=chance.randrange(24))
    device = replace(
        like.device,
        platform=chance.choice(_PLATFORMS),
        release=chance.choice(_RELEASES),
        udi=f"PID:C9300-24T,SN:FOC{number:08d}",
        next_ack_deadline=due,
        licenses_in_use=tuple((each, 1, display) for each, display in chance.sample(_LICENSES, 2)),
    )
    findings = tuple(replace(found, host=name) for found in like.findings)
    return replace(like, host=name, device=device, findings=findings, site=site)
