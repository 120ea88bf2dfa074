"""Every value that the templates of ntc-templates take from a capture, ours have too, and equal."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nornir_smartlic.model import DeviceVersion, LicensingState
from nornir_smartlic.parsers import parse
from smartlic_lab.show.words import empty, none, time_or_none
from tests.captures import capture, captures, command_of

ntc = pytest.importorskip("ntc_templates.parse", reason="needs ntc-templates")

pytestmark = pytest.mark.captures


def _of(command: str) -> list[str]:
    return [path for path in captures() if command_of(path) == command]


def _theirs(path: str) -> list[dict[str, Any]]:
    found = ntc.parse_output(platform="cisco_ios", command=command_of(path), data=capture(path))
    return [{key: value for key, value in row.items() if value not in ("", [])} for row in found]


@pytest.mark.parametrize("path", _of("show license"))
def test_classic_licences(path: str) -> None:
    ours = parse("show license", capture(path)).value.classic
    theirs = _theirs(path)
    assert len(theirs) == len(ours)
    for row, item in zip(theirs, ours, strict=True):
        printed = {
            "feature": item.feature,
            "period_left": item.period_left,
            "period_used": item.period_used,
            "license_type": item.license_type,
            "license_state": item.state,
            "license_count": item.count,
            "license_priority": item.priority,
        }
        assert row == {key: value for key, value in printed.items() if value is not None}


@pytest.mark.parametrize("path", _of("show license status"))
def test_status(path: str) -> None:
    ours = _status(parse("show license status", capture(path)).value)
    (row,) = _theirs(path)
    assert {key: ours[key] for key in row} == row


def _status(state: LicensingState) -> dict[str, str | None]:
    transport, reporting, registration = state.transport, state.usage_reporting, state.registration
    assert transport is not None
    proxy = transport.proxy
    printed: dict[str, str | None] = {
        "sl_enabled": "ENABLED" if state.slp or state.enabled else "DISABLED",
        "transport_type": transport.type.value,
        "url": transport.url,
        "proxy_address": proxy.address if proxy else None,
        "proxy_port": str(proxy.port) if proxy else None,
        "proxy_username": empty(proxy.username if proxy else None),
        "proxy_password": "<empty>",  # what the device prints; passwords are not kept
        "vrf": empty(transport.vrf),
    }
    if state.account is not None:
        printed["smart_acct"], printed["virt_acct"] = (
            none(state.account.smart_account),
            none(state.account.virtual_account),
        )
    if registration is not None and state.authorization_state is not None:
        printed["reg_status"] = registration.status.value
        printed["license_auth"] = state.authorization_state.status
        printed["smart_acct"], printed["virt_acct"] = registration.smart_account, registration.virtual_account
    if reporting is not None:
        interval = reporting.push_interval
        printed |= {
            "last_ack_received": time_or_none(reporting.last_ack),
            "next_ack_deadline": time_or_none(reporting.next_ack_deadline),
            "rpt_push_interval": f"{interval.days}  days" if interval else "0 (no reporting)",
            "next_ack_push_check": time_or_none(reporting.next_ack_push_check),
            "next_rpt_push": time_or_none(reporting.next_report_push),
            "last_rpt_push": time_or_none(reporting.last_report_push),
            "last_rpt_file_write": time_or_none(reporting.last_report_file_write),
        }
    return printed


@pytest.mark.parametrize("path", _of("show version"))
def test_version(path: str) -> None:
    ours = _version(parse("show version", capture(path)).value)
    (row,) = _theirs(path)
    assert {key: ours[key] for key in row} == row


def _version(printed: DeviceVersion) -> dict[str, Any]:
    details = printed.details
    assert details is not None
    assert details.build is not None
    members = printed.members or ((printed.udi,) if printed.udi else ())
    release = re.search(r"\((.*)\)", details.build.label or "")
    spans = {unit: count for count, unit in re.findall(r"(\d+) (year|week|day|hour|minute)", printed.uptime or "")}
    return {
        "software_image": details.build.image,
        "version": details.build.version,
        "release": release.group(1) if release else None,
        "rommon": (details.rom or "").split()[0],
        "hostname": printed.hostname,
        "uptime": printed.uptime,
        **{f"uptime_{unit}s": spans.get(unit) for unit in ("year", "week", "day", "hour", "minute")},
        "reload_reason": printed.reload_reason,
        "running_image": (printed.image or "").partition(":")[2],
        "hardware": [printed.platform, *(udi.pid for udi in members[1:])],
        "serial": [udi.sn for udi in members],
        "config_register": details.configuration_register,
        "mac_address": [
            value for _, pairs in details.inventory for key, value in pairs if key == "Base Ethernet MAC Address"
        ],
        "restarted": details.restarted_at,
    }
