"""get, RPCs and the session itself: state is the agent's own, an RPC is the command of the CLI."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from smartlic_lab.device.yang.markup import MarkupError, parse_markup, render_markup
from tests.lab.device.netconf_client import BASE, HELLO, NATIVE, SMART, NetconfClient, name_of, outcome
from tests.lab.device.terminals import Terminal, first_level, make_device
from tests.lab.device.test_public_parsers import PAIRS

INFO = "licensing/state/state-info"
DAY0 = ("netconf-yang",)


def client_of(release: str = "17.12", **fields: object) -> NetconfClient:
    day0 = (*DAY0, *first_level(str(fields.get("platform", "c9300"))))
    return NetconfClient(make_device("d1", release=release, day0=day0, **fields))


def call(client: NetconfClient, name: str, **leaves: object) -> dict[str, str]:
    """The output of an RPC; an error is its tag."""
    inner = "".join(f"<{leaf.replace('_', '-')}>{text}</{leaf.replace('_', '-')}>" for leaf, text in leaves.items())
    reply = client.rpc(f'<{name} xmlns="{SMART}">{inner}</{name}>')
    if name_of(reply[0]) == "rpc-error":
        return {"error": outcome(reply)}
    return {name_of(leaf): leaf.text or "" for leaf in reply}


# --- state --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("release", "revision", "has"),
    [
        ("16.12", "2019-07-01", ()),
        ("17.3.3", "2019-07-01", ()),
        ("17.6", "2021-03-01", ("trust-code", "policy", "rum-ack", "conversion", "imported-authorizations")),
        ("26.1", "2021-03-01", ("trust-code", "policy", "rum-ack", "conversion", "imported-authorizations")),
    ],
)
def test_a_release_has_the_model_of_its_time(release, revision, has):
    client = client_of(release)
    assert f"module=cisco-smart-license&amp;revision={revision}" in client.session.hello()
    for name in ("trust-code", "policy", "rum-ack", "conversion", "imported-authorizations"):
        assert (client.text(f"{INFO}/{name}") is not None) == (name in has), name


@pytest.mark.parametrize(("family", "release"), PAIRS)
def test_every_family_and_release_shows_its_state(family, release):
    access_points = 3 if "wireless" in family.traits else 0
    members = min(2, family.max_members)
    client = client_of(release.name, platform=family.name, members=members, access_points=access_points)
    assert client.text(f"{INFO}/udi/sn") == client.device.build.members[0].sn
    assert client.text(f"{INFO}/usage/count") not in (None, "")
    assert client.text("native/version") == f"{release.version[0]}.{release.version[1]}"
    keys = [leaf.text for tree in client.get() for leaf in tree.iter() if name_of(leaf) == "entitlement-tag"]
    assert len(set(keys)) == len(keys)


def test_state_and_show_output_tell_the_same():
    client = client_of(members=2)
    status = Terminal(client.device).type("show license status")
    assert client.text(f"{INFO}/transport/transport-type") == "transport-type-cslu"
    assert client.text(f"{INFO}/policy/policy-type") == "policy-type-cisco-default"
    assert client.text(f"{INFO}/policy/policy-perpetual/reporting-first-time") == "365"
    deadline = client.text(f"{INFO}/rum-ack/next-report-deadline")
    assert deadline is not None
    month_day = re.search(r"Next ACK deadline: (\w+ \d+)", status)
    assert month_day is not None
    assert deadline.startswith("2026-04-01")
    assert month_day[1] == "Apr 01"


def test_a_legacy_device_is_in_its_evaluation():
    client = client_of("16.12")
    assert client.text(f"{INFO}/registration/registration-state") == "reg-state-not-registered"
    assert client.text(f"{INFO}/authorization/authorization-state") == "auth-state-eval"
    assert client.text(f"{INFO}/evaluation/eval-in-use") == "true"
    client.now += timedelta(days=100)
    client.device.tick(client.now)
    assert client.text(f"{INFO}/evaluation/eval-expired") == "true"
    assert client.text(f"{INFO}/usage/enforcement-mode") == "enforcement-evaluation-expired"


# --- filters ------------------------------------------------------------------------------------------------------

TAG = "regid.2017-05.com.cisco.c9300_dna_advantage,1.0_411773c3-2116-4c10-94a4-5d357fe6ff18"


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (f'<licensing xmlns="{SMART}"><state><version/></state></licensing>', ["5.10.3_rel/9"]),
        ('<licensing xmlns=""><state><version/></state></licensing>', ["5.10.3_rel/9"]),
        ('<licensing xmlns="urn:other"/>', []),
        (f'<licensing xmlns="{SMART}"><colour/></licensing>', []),
        (f'<native xmlns="{NATIVE}"><hostname/><version/></native>', ["17.12", "d1"]),
        (f'<native xmlns="{NATIVE}"><hostname>d1</hostname><version/></native>', ["17.12", "d1"]),
        (f'<native xmlns="{NATIVE}"><hostname>d2</hostname><version/></native>', []),
        (
            f'<licensing xmlns="{SMART}"><state><state-info><usage><entitlement-tag>{TAG}</entitlement-tag><count/>'
            "</usage></state-info></state></licensing>",
            [TAG, "2"],
        ),
        (
            f'<native xmlns="{NATIVE}"><version/></native><native xmlns="{NATIVE}"><hostname/></native>',
            ["17.12", "d1"],
        ),
    ],
)
def test_a_filter_selects(filter_, expected):
    trees = client_of(members=2).get(filter_)
    assert [leaf.text for tree in trees for leaf in tree.iter() if not len(leaf) and leaf.text] == expected


def test_a_list_entry_is_found_by_its_key_with_all_it_has():
    found = client_of(members=2).get(
        f'<licensing xmlns="{SMART}"><state><state-info><usage><short-name>dna-advantage</short-name></usage>'
        "</state-info></state></licensing>"
    )
    (usage,) = [node for node in found[0].iter() if name_of(node) == "usage"]
    assert len(usage) == 7


# --- RPCs ---------------------------------------------------------------------------------------------------------

COMMANDS = [
    ("17.12", "id-token-trust", {"id-token": "AbC"}, "license smart trust idtoken AbC local"),
    ("17.12", "id-token-trust", {"id-token": "AbC", "all-ha": "true"}, "license smart trust idtoken AbC all"),
    ("17.12", "rum-save-usage-all", {"file-path": "flash:u"}, "license smart save usage all file flash:u"),
    ("17.12", "rum-save-usage-unreported", {"file-path": "u"}, "license smart save usage unreported file flash:u"),
    (
        "17.12",
        "rum-save-usage-days",
        {"file-path": "flash:u", "days": "3"},
        "license smart save usage days 3 file flash:u",
    ),
    ("17.12", "trust-request-save", {"file-path": "flash:t"}, "license smart save trust-request flash:t"),
    (
        "17.12",
        "authorization-request-online",
        {"feature-name": "hseck9"},
        "license smart authorization request add hseck9 local",
    ),
    (
        "17.12",
        "authorization-request-online",
        {"feature-name": "hseck9", "add": "false", "local": "false"},
        "license smart authorization request replace hseck9 all",
    ),
    ("16.12", "register-id-token", {"id-token": "AbC"}, "license smart register idtoken AbC"),
    ("16.12", "renew-id", {}, "license smart renew id"),
]


@pytest.mark.parametrize(("release", "name", "leaves", "command"), COMMANDS)
def test_an_rpc_is_the_command_of_the_cli(release, name, leaves, command):
    platform = "c9300" if release == "16.12" else "c9300x"
    client = client_of(release, platform=platform)
    terminal = Terminal(make_device("d1", release=release, platform=platform, day0=DAY0))
    later = client.now + timedelta(days=1)
    for device in (client.device, terminal.device):
        device.tick(later)
    client.now = terminal.now = later
    call(client, name, **leaves)
    terminal.type(command)
    assert client.device.agent.stored() == terminal.device.agent.stored()
    assert client.device.files.stored() == terminal.device.files.stored()


@pytest.mark.parametrize(
    ("release", "name", "leaves", "expected"),
    [
        ("17.12", "id-token-trust", {"id-token": "x"}, {"return-code": "registrationinprogress"}),
        ("17.12", "id-token-trust", {}, {"error": "missing-element"}),
        ("17.12", "id-token-trust", {"id-token": "x" * 256}, {"error": "invalid-value"}),
        ("17.12", "id-token-trust", {"id-token": "x", "force": "yes"}, {"error": "invalid-value"}),
        ("17.12", "id-token-trust", {"id-token": "x", "colour": "red"}, {"error": "unknown-element"}),
        ("17.12", "register-id-token", {"id-token": "x"}, {"return-code": "notsupported"}),
        ("17.12", "de-register", {}, {"return-code": "notsupported"}),
        ("17.12", "authorization-code-return-online", {}, {"return-code": "noreservationauthcode"}),
        ("17.12", "authorization-request-online", {"feature-name": "x"}, {"return-code": "requesteditemnotfound"}),
        ("17.12", "import-file", {"file-path": "flash:missing"}, {"return-code": "BadInputParams"}),
        ("17.12", "rum-save-usage-all", {"file-path": "nowhere:x"}, {"return-code": "BadInputParams"}),
        ("17.12", "rum-save-usage-days", {"file-path": "x", "days": "few"}, {"error": "invalid-value"}),
        ("17.12", "reload", {}, {"error": "unknown-element"}),
        ("17.3.3", "id-token-trust", {"id-token": "x"}, {"error": "unknown-element"}),
        ("16.12", "de-register", {}, {"return-code": "notregistered"}),
        ("16.12", "register-id-token", {"id-token": "x"}, {"return-code": "registrationinprogress"}),
    ],
)
def test_an_rpc_answers_with_the_agents_error(release, name, leaves, expected):
    assert call(client_of(release), name, **leaves) == expected


def test_a_token_is_never_repeated():
    client = client_of()
    reply = client.session.receive(
        f'<rpc xmlns="{BASE}" message-id="1"><id-token-trust xmlns="{SMART}"><id-token>s3cr\u0007et</id-token>'
        "</id-token-trust></rpc>",
        client.now,
    )
    assert "s3cr" not in str(reply)


# --- the session --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("<rpc", "malformed-message"),
        (f'<!DOCTYPE rpc [<!ENTITY a "b">]><rpc xmlns="{BASE}" message-id="1"><get/></rpc>', "malformed-message"),
        (f'<reply xmlns="{BASE}"/>', "malformed-message"),
        (f'<rpc xmlns="{BASE}"><get/></rpc>', "missing-attribute"),
        (f'<rpc xmlns="{BASE}" message-id="1"/>', "missing-element"),
        (f'<rpc xmlns="{BASE}" message-id="1"><commit/></rpc>', "operation-not-supported"),
        (f'<rpc xmlns="{BASE}" message-id="1"><get-config/></rpc>', "missing-element"),
        (
            f'<rpc xmlns="{BASE}" message-id="1"><get-config><source><candidate/></source></get-config></rpc>',
            "invalid-value",
        ),
        (f'<rpc xmlns="{BASE}" message-id="1"><get><filter type="xpath" select="//x"/></get></rpc>', "bad-attribute"),
        (f'<rpc xmlns="{BASE}" message-id="1"><get><filter type="xpath" select="/x[1]"/></get></rpc>', "bad-attribute"),
        (f'<rpc xmlns="{BASE}" message-id="1"><get><filter type="xpath"/></get></rpc>', "missing-attribute"),
        (f'<rpc xmlns="{BASE}" message-id="1"><get><filter type="regex"/></get></rpc>', "bad-attribute"),
        (f'<rpc xmlns="{BASE}" message-id="1"><kill-session><session-id>1</session-id></kill-session></rpc>',
         "invalid-value"),
    ],
)  # fmt: skip
def test_a_bad_request_is_answered_and_the_session_goes_on(text, tag):
    client = client_of()
    assert f"<error-tag>{tag}</error-tag>" in str(client.session.receive(text, client.now))
    assert client.text("native/version") == "17.12"


def test_attributes_of_a_request_come_back():
    client = client_of()
    text = f'<rpc xmlns="{BASE}" message-id="a&amp;b" xmlns:x="urn:x" x:y="z"><get-config/></rpc>'
    reply = parse_markup(client.session.receive(text, client.now) or "")
    assert reply.attrib == {"message-id": "a&b", "{urn:x}y": "z"}


def test_a_lock_keeps_other_sessions_from_editing():
    first = client_of()
    second = NetconfClient(first.device)
    lock = "<lock><target><running/></target></lock>"
    edit = f'<native xmlns="{NATIVE}"><hostname>d9</hostname></native>'
    assert outcome(first.rpc(lock)) == "ok"
    assert outcome(second.rpc(lock)) == "lock-denied"
    assert second.edit(edit) == "in-use"
    assert first.edit(edit) == "ok"
    assert outcome(first.rpc("<close-session/>")) == "ok"
    assert second.edit(edit) == "ok"
    assert outcome(second.rpc(lock.replace("lock", "unlock"))) == "operation-failed"


def test_a_session_can_be_killed_by_another():
    first = client_of()
    second = NetconfClient(first.device)
    called = []
    first.session.notify = lambda: called.append(True)
    number = first.session.number
    assert outcome(second.rpc(f"<kill-session><session-id>{number}</session-id></kill-session>")) == "ok"
    assert first.session.closed
    assert called == [True]


def test_below_privilege_15_nothing_is_let_through():
    client = NetconfClient(make_device("d1", day0=DAY0), privilege=1)
    assert outcome(client.rpc("<get/>")) == "access-denied"
    assert outcome(client.rpc("<close-session/>")) == "ok"


def test_sessions_end_with_a_reload_and_with_the_line_that_opens_them():
    client = client_of()
    Terminal(client.device).type("configure terminal", "no netconf-yang", "end")
    assert client.session.closed
    client = client_of()
    client.device.reload(client.now)
    assert client.session.closed


def test_a_client_without_a_common_version_is_let_go():
    device = make_device("d1", day0=DAY0)
    session = device.open_netconf(device.booted_at, username="admin", privilege=15)
    assert session.receive(HELLO.replace("base:1.1", "base:2.0"), device.booted_at) is None
    assert session.closed


# --- markup -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "<a>", "<!DOCTYPE a><a/>", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "<a>" * 200, "<a>&b;</a>", "a\0"],
)
def test_markup_that_is_not_read(text):
    with pytest.raises(MarkupError):
        parse_markup(text)


@pytest.mark.parametrize(
    "text", ['<a xmlns="urn:x" b="&lt;\'"><c xmlns="urn:y">&amp;&lt;</c><d/></a>', '<a><b xmlns="urn:x"/></a>']
)
def test_markup_is_written_as_it_was_read(text):
    assert render_markup(parse_markup(text)).partition("\n")[2] == text
