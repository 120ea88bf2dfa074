"""The licensing grammar of the command references, release by release (reference/cli.md sections 2, 3 and 7)."""

from __future__ import annotations

import pytest

from smartlic_lab.device.catalogue import Catalogue, catalogue, words_of
from smartlic_lab.device.grammar import Match
from smartlic_lab.platforms import family, release, releases

SLP_CONFIGURATION = (
    "license smart custom_id lab", "license smart enable", "license smart privacy all",
    "license smart privacy hostname", "license smart privacy version", "license smart proxy address 192.0.2.8",
    "license smart proxy port 80", "license smart reservation", "license smart server-identity-check",
    "license smart transport automatic", "license smart transport callhome", "license smart transport cslu",
    "license smart transport off", "license smart transport smart", "license smart url https://cssm.example.com/x",
    "license smart url cslu http://192.0.2.9:8182/cslu/v1/pi", "license smart url default",
    "license smart url smart https://cssm.example.com/x", "license smart url utility https://cssm.example.com/x",
    "license smart usage customer-tags tag1 a", "license smart usage customer-tags tag4 d",
    "license smart usage interval 1", "license smart usage interval 3650", "license smart utility",
    "license smart utility customer_info city Berlin", "license smart utility customer_info street Main Street 1",
    "ip http client source-interface GigabitEthernet0/0", "ip http client secure-trustpoint SLA-TrustPoint",
    "ip domain lookup", "ip domain name example.com", "ip name-server vrf Mgmt-vrf 192.0.2.53",
    "ip host vrf Mgmt-vrf cslu-local 192.0.2.9", "crypto pki trustpoint SLA-TrustPoint", "service call-home",
    "call-home",
)  # fmt: skip
SLP_EXEC = (
    "license smart authorization request add hseck9 local",
    "license smart authorization request replace hseck9 local 1",
    "license smart authorization request add hseck9 all 2",
    "license smart authorization request save bootflash:slac.txt",
    "license smart authorization return all online", "license smart authorization return local offline",
    "license smart authorization return all offline flash:return.txt", "license smart clear eventlog",
    "license smart export return local hseck9", "license smart factory reset", "license smart import flash:ack.txt",
    "license smart save usage all file flash:u.txt", "license smart save usage days 15 file flash:u.txt",
    "license smart save usage day 15 file test.txt", "license smart save usage rum-Id 1671840750 file flash:u.txt",
    "license smart save usage unreported file flash:u.txt", "license smart sync all", "license smart sync local",
    "license smart trust idtoken abc local", "license smart trust idtoken abc all force",
)  # fmt: skip
LEGACY_EXEC = (
    "license smart register idtoken abc", "license smart register idtoken abc force", "license smart deregister",
    "license smart renew auth", "license smart renew id", "license smart conversion start",
    "license smart reservation request all", "license smart reservation request local",
    "license smart reservation request universal", "license smart reservation install ABC-DEF",
    "license smart reservation install file flash:code.txt", "license smart reservation return local",
    "license smart reservation cancel",
)  # fmt: skip
LEGACY_CONFIGURATION = (
    "license smart enable", "license smart reservation", "license smart transport callhome",
    "license smart transport smart", "license smart url https://onprem.example.com/SmartTransport",
)  # fmt: skip
SHOWS = (
    "show license all", "show license status", "show license summary", "show license usage", "show license udi",
    "show license tech support", "show license tech", "show license reservation", "show license eventlog",
    "show license eventlog 2",
)  # fmt: skip
SLP_SHOWS = (
    "show license authorization", "show license history message", "show license data conversion",
    "show platform software sl-infra all", "show platform software sl-infra stored",
)  # fmt: skip


def commands(name: str, platform: str = "c9300") -> Catalogue:
    version = release(name).version
    return catalogue(version, family(platform).traits, words_of(platform, version))


def understood(table: Catalogue, mode: str, line: str, *, negated: bool = False) -> bool:
    return isinstance(table.grammar(mode, 15, negated=negated).match(line), Match)


@pytest.mark.parametrize("name", [one.name for one in releases().values() if one.slp])
def test_slp_releases_understand_the_whole_grammar(name: str) -> None:
    table = commands(name)
    for line in SLP_CONFIGURATION:
        assert understood(table, "config", line), line
        assert understood(table, "config", line, negated=True), f"no {line}"
    for line in (*SLP_EXEC, *SHOWS, *SLP_SHOWS):
        assert understood(table, "exec", line), line


@pytest.mark.parametrize("name", [one.name for one in releases().values() if not one.slp])
def test_older_releases_understand_registration_and_reservation(name: str) -> None:
    table = commands(name)
    for line in LEGACY_CONFIGURATION:
        assert understood(table, "config", line), line
    for line in (*LEGACY_EXEC, *SHOWS):
        assert understood(table, "exec", line), line
    for line in SLP_EXEC:
        if line not in ("license smart clear eventlog",):
            assert not understood(table, "exec", line), line
    assert not understood(table, "config", "license smart transport off")


@pytest.mark.parametrize("name", [one.name for one in releases().values() if one.slp])
def test_registration_is_gone_with_slp(name: str) -> None:
    table = commands(name)
    for line in LEGACY_EXEC:
        assert not understood(table, "exec", line), line


@pytest.mark.parametrize(
    ("line", "mode", "since"),
    [
        ("license smart vrf Mgmt-vrf", "config", (17, 6, 1)),
        ("license smart save trust-request flash:t.txt", "exec", (17, 7, 1)),
        ("show license rum id all", "exec", (17, 9, 1)),
        ("show license rum id 1671840750 detail", "exec", (17, 9, 1)),
    ],
)
def test_later_commands_come_with_their_release(line: str, mode: str, since: tuple[int, int, int]) -> None:
    for one in releases().values():
        assert understood(commands(one.name), mode, line) is (one.version >= since), one.name


@pytest.mark.parametrize(
    "line",
    [
        "license smart transport pigeon", "license smart usage interval 0", "license smart usage interval 4000",
        "license smart usage customer-tags tag5 x", "license smart proxy port 70000", "license smart privacy nothing",
    ],
)  # fmt: skip
def test_values_out_of_range_are_not_understood(line: str) -> None:
    assert not understood(commands("17.12"), "config", line)


def test_what_only_some_families_have() -> None:
    assert understood(commands("17.12", "c8000v"), "config", "platform hardware throughput level MB 250")
    assert not understood(commands("17.12", "c9300"), "exec", "show platform hardware throughput level")
    assert understood(commands("17.12", "c8300"), "config", "platform hardware throughput crypto T1")
    assert understood(commands("17.12", "c9800"), "config", "license air level air-network-advantage")
    assert not understood(commands("17.12", "c9300"), "config", "license air level air-network-advantage")
