"""What an engineer would notice: licensing commands held to the captures and the reference, statement by statement."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from nornir_smartlic.files import (
    AuthorizationDocument,
    AuthorizedLicense,
    parse_usage_file,
    render_smart_license,
    signed,
)
from smartlic_lab.running.lab import Lab
from smartlic_lab.world.signing import CSSM_KEY
from tests.lab.device.terminals import JAN_1, Terminal, first_level, make_device

NUMBER = int(JAN_1.timestamp())  # of the first report
OFFLINE = ("license smart transport off",)  # a report stays open until something closes it


def passed(terminal: Terminal, span: timedelta) -> Terminal:
    """The same terminal, later."""
    terminal.now += span
    terminal.device.tick(terminal.now)
    return terminal


# --- RUM reports ----------------------------------------------------------------------------------------------------


def test_one_report_is_shown_and_no_other() -> None:
    """Source: show-license-rum-id-detail/genie-c9300-entitlement-acked, which has one report."""
    terminal = Terminal(make_device(release="17.12"))
    output = terminal.type(f"show license rum id {NUMBER + 1} detail")
    assert output.count("\nReport Id: ") == 1
    assert f"Report Id: {NUMBER + 1}\n" in output
    assert terminal.type("show license rum id all detail").count("\nReport Id: ") == 2
    assert terminal.type("show license rum id 5 detail") == "The requested item was not found\n"


def test_lines_of_one_report_or_one_feature() -> None:
    """Source: reference/cli.md section 3, ``rum { feature ... | id { all | ID } [detail] }``."""
    terminal = Terminal(make_device(release="17.12"))
    assert terminal.type(f"show license rum id {NUMBER}").splitlines()[3:] == [
        f"{NUMBER}          OPEN      N     network-advantage"
    ]
    assert terminal.type("show license rum feature dna-advantage").splitlines()[3:] == [
        f"{NUMBER + 1}          OPEN      N     dna-advantage"
    ]
    assert terminal.type("show license rum feature all") == terminal.type("show license rum id all")


def test_the_payload_of_an_open_report_is_shown_after_service_internal() -> None:
    """Source: rum-report-file/xavier-c9800cl-test-license-smart-rum-show; report 1671840757 there is OPEN."""
    terminal = passed(
        Terminal(make_device(platform="c9800", release="17.9", access_points=3, day0=OFFLINE)), timedelta(hours=1)
    )
    command = f"test license smart rum show {NUMBER}"
    assert "% Invalid input" in terminal.type(command)
    terminal.type("conf t", "service internal", "end")
    payload = json.loads(terminal.type(command))
    assert list(payload) == ["version", "asset_identification", "signature", "meta", "measurements"]
    (measurement,) = payload["measurements"]
    assert measurement["sample_interval"] == 3600
    assert list(measurement["meta"]) == ["removed_sudi_list", "added_sudi_list"]
    assert "Report Id: " in terminal.type(f"show license rum id {NUMBER} detail")
    assert f"{NUMBER}          OPEN" in terminal.type("show license rum id all")


def test_a_controller_names_the_access_points_that_joined_and_left() -> None:
    """Source: rum-report-file/xavier-c9800cl-17.9.2-rum-v2: a list where the count changed, none where it did not."""
    terminal = passed(
        Terminal(make_device(platform="c9800", release="17.9", access_points=2, day0=OFFLINE)), timedelta(days=1)
    )
    device = terminal.device
    device.set_access_points(3, terminal.now)
    device.set_access_points(1, passed(terminal, timedelta(days=1)).now)
    passed(terminal, timedelta(days=1)).type("license smart save usage all file bootflash:first")
    passed(terminal, timedelta(days=1)).type("license smart save usage all file bootflash:second")
    first, second = (
        json.loads(parse_usage_file(device.read_file(f"bootflash:{name}").decode()).reports[at].payload)["measurements"]
        for name, at in (("first", 0), ("second", 2))
    )
    counted = [
        (len(one["meta"]["added_sudi_list"]), len(one["meta"]["removed_sudi_list"]), one["value"]["value"])
        for one in first
    ]
    assert counted == [(2, 0, "2"), (1, 0, "3"), (0, 2, "1")]
    came = first[0]["meta"]["added_sudi_list"] + first[1]["meta"]["added_sudi_list"]
    assert first[2]["meta"]["removed_sudi_list"] == came[1:]
    assert "added_sudi_list" not in second[0]["meta"]


def test_payloads_before_17_8_name_no_access_points() -> None:
    """Source: reference/cli.md section 1, payload v2.0 with AP serial lists from 17.8.1 (inferred)."""
    terminal = passed(Terminal(make_device(platform="c9800", release="17.6", access_points=2)), timedelta(days=1))
    terminal.type("license smart save usage all file bootflash:u")
    assert b"sudi_list" not in terminal.device.read_file("bootflash:u")


# --- reservations ---------------------------------------------------------------------------------------------------


def reserve(terminal: Terminal) -> None:
    """SLR as it was ordered before 17.3.2: request, authorization code from CSSM, install."""
    terminal.type("conf t", "license smart reservation", "end", "license smart reservation request all")
    device = terminal.device
    licenses = tuple(AuthorizedLicense(one.tag, 1, one.license_type.name) for one in device.usage_in_force)
    codes = [
        signed(AuthorizationDocument(udi, f"code {udi}", terminal.now, licenses, "SPECIFIC"), CSSM_KEY)
        for udi in dict.fromkeys(device.build.members)
    ]
    device.write_file("flash:slr.txt", render_smart_license(codes).encode(), terminal.now)
    assert "successful" in terminal.type("license smart reservation install file flash:slr.txt")


def upgrade(terminal: Terminal, number: str) -> Terminal:
    """Install another image and come back with it."""
    device, image = terminal.device, f"flash:cat9k_iosxe.{number}.SPA.bin"
    device.write_file(image, b"image", terminal.now)
    terminal.type("write", f"install add file {image} activate commit prompt-level none")
    later = Terminal(device)
    later.now = terminal.now
    passed(later, timedelta(minutes=10))
    later.session = device.open_session(later.now, username="admin", privilege=15)
    return later


@pytest.fixture
def reserved() -> Terminal:
    terminal = Terminal(make_device(release="16.12", members=2))
    reserve(terminal)
    return terminal


def test_what_is_reserved_is_listed(reserved: Terminal) -> None:
    """Source: reference/outputs.md section 11 (unverified)."""
    output = reserved.type("show license reservation")
    assert "Reservation status: SPECIFIC INSTALLED on Jan 01 00:00:00 2026 UTC" in output
    assert output.count("Total reserved count: 2") == 2
    assert "Export-Controlled Functionality: ALLOWED" in output


def test_a_device_that_reserved_does_not_evaluate(reserved: Terminal) -> None:
    """Source: reference/policy.md section 6; an evaluation that goes on would expire under a valid reservation."""
    passed(reserved, timedelta(days=100))
    assert "EVAL_EXPIRED" not in reserved.type("show logging")
    reserved.session = reserved.device.open_session(reserved.now, username="admin", privilege=15)
    reserved.type("license smart reservation return all", "yes")
    assert "Evaluation Period Remaining: 90 days, 0 hours" in reserved.type("show license status")


def test_a_reservation_survives_the_upgrade_and_is_returned_by_the_commands_of_slp(reserved: Terminal) -> None:
    """Source: reference/policy.md section 6; cli.md section 3 has no ``reservation`` among the EXEC commands of SLP."""
    terminal = upgrade(reserved, "17.06.04")
    status = terminal.type("show license status")
    assert "Type: Transport Off" in status
    assert "Next ACK deadline: <none>" in status
    confirmation = [
        line.split()[-1] for line in terminal.type("show license authorization").splitlines() if "Conf" in line
    ]
    shown = [line.split()[-1] for line in terminal.type("show license reservation").splitlines() if "Conf" in line]
    assert confirmation == shown
    assert "% Invalid input" in terminal.type("license smart reservation return all")
    lines = terminal.type("license smart authorization return all offline").splitlines()
    assert lines[0] == "Enter this return code in Cisco Smart Software Manager portal:"
    assert [line.split(":")[0] for line in lines[1:]] == ["UDI", "    Return code"] * 2
    assert terminal.type("show license authorization").count("Status: NOT INSTALLED") == 2
    deadline = terminal.now + timedelta(days=90)
    assert f"Next ACK deadline: {deadline:%b %d %H:%M:%S %Y} UTC" in terminal.type("show license status")


def test_supervisors_of_a_chassis_share_one_authorization() -> None:
    """Source: policy.md section 7: both share the chassis UDI and appear twice."""
    terminal = Terminal(make_device(platform="c9400", release="16.12", members=2))
    reserve(terminal)
    output = terminal.type("show license reservation")
    assert output.count("Total reserved count: 1") == 2
    assert output.count("Standby: PID:C9407R") == 3


# --- before 17.3.2 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["c9300", "csr1000v"])
def test_a_legacy_device_shows_its_registration_in_tech_support_and_usage(platform: str) -> None:
    """Source: reference/outputs.md section 6, "Legacy: Registration / License Authorization blocks instead"."""
    terminal = Terminal(make_device(platform=platform, release="16.12", day0=first_level(platform)))
    support = terminal.type("show license tech support")
    assert "Registration:\n  Status: UNREGISTERED" in support
    assert "License Authorization: \n  Status: EVAL MODE" in support
    assert terminal.type("show license usage").startswith("License Authorization: \n  Status: EVAL MODE")


def test_vrf_of_smart_transport_is_of_slp() -> None:
    """Source: reference/cli.md section 1: ``license smart vrf`` with 17.6.1."""
    day0 = ("license smart transport smart", "license smart url https://onprem.example.com/SmartTransport")
    assert "VRF" not in Terminal(make_device(release="16.12", day0=day0)).type("show license status")
    assert "VRF" in Terminal(make_device(release="17.6", day0=day0)).type("show license status")


# --- call-home ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ((), "Fail to send out Call Home HTTP message."),
        (
            ("call-home", "profile CiscoTAC-1", "no active", "exit", "exit"),
            "The action failed because smart license transport is disabled in call-home.",
        ),
        (
            ("call-home", "profile CiscoTAC-1", "no destination transport-method http", "exit", "exit"),
            "The action failed because smart license transport is disabled in call-home.",
        ),
    ],
)
def test_call_home_fails_in_its_own_words(typed: tuple[str, ...], reason: str) -> None:
    """Source: reference/cli.md section 5, reasons seen."""
    terminal = Terminal(make_device(release="17.12", day0=("license smart transport callhome",)))
    terminal.type("conf t", *typed, "end", "license smart trust idtoken abc local")
    passed(terminal, timedelta(minutes=1))
    failed = [line for line in terminal.type("show logging").splitlines() if "COMM_FAILED" in line]
    assert failed[0].endswith(f"Communications failure with the Cisco Smart Software Manager (CSSM) : {reason}")


def test_a_legacy_router_needs_an_export_controlled_registration_for_more_throughput() -> None:
    """Source: policy.md section 5 asks for a SLAC under SLP only; the flag of the registration is unverified."""
    lab = Lab.from_dict(
        {
            "clock": {"speed": 0},
            "authorities": [
                {
                    "name": "cssm",
                    "kind": "cssm",
                    "smart_accounts": [
                        {
                            "virtual_accounts": [
                                {"name": "DEFAULT", "tokens": [{"name": "t", "export_controlled": True}]}
                            ]
                        }
                    ],
                }
            ],
            "devices": [{"name": "r1", "platform": "csr1000v", "release": "16.12", "day0": ["license boot level ax"]}],
        }
    )
    level = "platform hardware throughput level MB 1000"
    assert "HSEC" in lab.execute("r1", "conf t", level)
    lab.advance(timedelta(minutes=5))
    lab.execute("r1", f"license smart register idtoken {lab.token().reveal()}")
    assert "HSEC" not in lab.execute("r1", "conf t", level)
    lab.execute("r1", "write", "reload", "")
    lab.advance(timedelta(minutes=10))
    assert "ax_1G" in lab.execute("r1", "show license summary")


# --- enforced licences ----------------------------------------------------------------------------------------------


def test_an_enforced_licence_comes_in_use_with_its_authorization_code() -> None:
    """Source: reference/policy.md section 1: MRP client on IE switches needs a SLAC before use."""
    terminal = Terminal(make_device(platform="ie3x00", licenses={"mrp-client": 1}, day0=OFFLINE))
    assert "mrp-client" not in terminal.type("show license summary")
    device = terminal.device
    tag = next(one.tag for _, one in device.family.entitlements if one.name == "mrp-client")
    assert terminal.type("license smart authorization request add mrp-client local") == ""
    assert terminal.type("license smart authorization request save flash:request.txt") == ""
    assert tag.encode() in device.read_file("flash:request.txt")
    code = AuthorizationDocument(device.build.members[0], "abc-def", JAN_1, (AuthorizedLicense(tag, 1, "PERPETUAL"),))
    device.write_file("flash:slac.txt", render_smart_license((signed(code, CSSM_KEY),)).encode(), JAN_1)
    assert "Import Data Successful" in terminal.type("license smart import flash:slac.txt")
    usage = terminal.type("show license usage")
    block = usage[usage.index("mrp-client") :]
    assert "  Export status: NOT RESTRICTED\n" in block
    assert "  Enforcement type: ENFORCED\n" in block
    assert "Enforcement type: ENFORCED" in terminal.type("show license authorization")


# --- event log ------------------------------------------------------------------------------------------------------


def test_the_event_log_of_two_days_begins_yesterday_at_midnight() -> None:
    """Source: show-license-eventlog/genie-c9300-eventlog-days, the output of ``show license eventlog 2``."""
    terminal = Terminal(make_device(platform="c9800", access_points=1, day0=OFFLINE))
    for count in range(2, 12):  # every 8 hours
        terminal.device.set_access_points(count, passed(terminal, timedelta(hours=8)).now)
    terminal.now += timedelta(hours=1)

    def times(command: str) -> list[str]:
        return [line[:19] for line in terminal.type(command).splitlines() if line.startswith("20")]

    assert times("show license eventlog 2")[0] == "2026-01-03 00:00:00"
    assert times("show license eventlog 1") == times("show license eventlog 0")
    assert times("show license eventlog 1")[0] == "2026-01-04 00:00:00"
    assert times("show license eventlog")[0] == times("show license eventlog 99999999")[0] == "2026-01-01 00:00:00"
    assert terminal.type("show license eventlog 2").startswith("**** Event Log ****\n\n2026-01-03")
