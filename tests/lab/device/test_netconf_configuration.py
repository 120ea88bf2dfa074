"""edit-config and get-config: two models, one set of lines, the same that a user types."""

from __future__ import annotations

from xml.etree.ElementTree import tostring

import pytest

from smartlic_lab.platforms import releases
from tests.lab.device.netconf_client import NetconfClient, find, licensing, native
from tests.lab.device.terminals import Terminal, make_device

SMART = "<transport><transport-type>transport-type-smart</transport-type></transport>"
# A leaf with its value, and what a user types instead.
SAME = [
    (licensing("<custom-id>lab-7</custom-id>"), ["license smart custom_id lab-7"]),
    (licensing("<privacy><hostname>true</hostname></privacy>"), ["license smart privacy hostname"]),
    (licensing("<privacy><version>true</version></privacy>"), ["license smart privacy version"]),
    (licensing("<utility><utility-enable>true</utility-enable></utility>"), ["license smart utility"]),
    (
        licensing("<utility><customer-info><postal-code>8000</postal-code></customer-info></utility>"),
        ["license smart utility customer_info postalcode 8000"],
    ),
    (
        licensing("<utility><customer-info><street>Long Road 7</street></customer-info></utility>"),
        ["license smart utility customer_info street Long Road 7"],
    ),
    (licensing("<usage><interval>30</interval></usage>"), ["license smart usage interval 30"]),
    (
        licensing("<usage><customer-tags><tag4>branch</tag4></customer-tags></usage>"),
        ["license smart usage customer-tags tag4 branch"],
    ),
    (
        licensing("<transport><transport-type>transport-type-off</transport-type></transport>"),
        ["license smart transport off"],
    ),
    (
        licensing(
            "<transport><transport-type>transport-type-smart</transport-type>"
            "<transport-smart><url-default>true</url-default></transport-smart></transport>"
        ),
        ["license smart transport smart", "license smart url default"],
    ),
    (
        licensing(
            "<transport><transport-type>transport-type-smart</transport-type><transport-smart><urls>"
            "<url-registration>https://a.example.com/x</url-registration></urls></transport-smart></transport>"
        ),
        ["license smart transport smart", "license smart url smart https://a.example.com/x"],
    ),
    (
        licensing(
            "<transport><transport-cslu><url-cslu>http://192.0.2.9:8182/cslu/v1/pi</url-cslu></transport-cslu></transport>"
        ),
        ["license smart url cslu http://192.0.2.9:8182/cslu/v1/pi"],
    ),
    (native("<customer-id>lab-7</customer-id>"), ["license smart custom_id lab-7"]),
    (native("<transport-type>Off</transport-type>"), ["license smart transport off"]),
    (native("<privacy><hostname/></privacy>"), ["license smart privacy hostname"]),
    (native("<usage><interval>30</interval></usage>"), ["license smart usage interval 30"]),
    (native("<url><default/></url>"), ["license smart url default"]),
    (native("<url><name>https://a.example.com/x</name></url>"), ["license smart url https://a.example.com/x"]),
    (native("<url><cslu>http://192.0.2.9/pi</cslu></url>"), ["license smart url cslu http://192.0.2.9/pi"]),
    (native("<utility><enable/></utility>"), ["license smart utility"]),
]  # fmt: skip


@pytest.fixture
def client() -> NetconfClient:
    return NetconfClient(make_device("r1", platform="c8000v"))


def emptied(config: str) -> str:
    """The same edit, as removal of all that it names."""
    return config.replace("<config>", '<config nc:operation="remove">').replace(
        "<smart>", '<smart nc:operation="remove">'
    )


@pytest.mark.parametrize(("config", "typed"), SAME, ids=[" & ".join(typed) for _, typed in SAME])
def test_an_edit_is_what_a_user_types(config, typed, client):
    terminal = Terminal(make_device("r1", platform="c8000v"))
    terminal.type("configure terminal", *typed, "end")
    assert client.edit(config) == "ok"
    assert client.lines() == NetconfClient(terminal.device).lines()
    assert client.device.settings() == terminal.device.settings()
    assert client.edit(config) == "ok"  # once more: nothing else
    assert client.lines() == NetconfClient(terminal.device).lines()
    assert client.edit(emptied(config)) == "ok"
    assert client.lines() == []


@pytest.mark.parametrize("release", releases())
def test_what_get_config_gives_changes_nothing_when_it_is_sent_back(release):
    client = NetconfClient(make_device("sw1", release=release, day0=("license smart privacy hostname",)))
    before = client.lines()
    for tree in client.config():
        for name in ("version", "license/{*}udi", "license/{*}boot"):  # shown, but configured by the CLI alone
            parent = tree.find("{*}license") if "/" in name else tree
            found = tree.find("{*}" + name)
            if found is not None and parent is not None:
                parent.remove(found)
        assert client.edit(tostring(tree, encoding="unicode")) == "ok"
    assert client.lines() == before
    assert "CONFIG_I" not in str(client.device.log.messages)


def test_a_line_of_the_cli_is_seen_in_both_models(client):
    terminal = Terminal(client.device)
    terminal.type("configure terminal", "license smart transport smart", "license smart url default", "end")
    trees = client.config()
    transport = "licensing/config/transport"
    assert find(trees, f"{transport}/transport-type") == "transport-type-smart"
    assert find(trees, f"{transport}/transport-smart/url-default") == "true"
    assert find(trees, "native/license/smart/transport-type") == "smart"
    assert find(trees, "native/license/smart/url/default") == ""


def test_urls_of_smart_transport_are_hidden_under_another_one(client):
    terminal = Terminal(client.device)
    terminal.type("configure terminal", "license smart url default", "end")
    assert client.text("licensing/config/transport/transport-smart") is None


def test_a_case_of_a_choice_ends_the_other(client):
    smart = SMART.replace("</transport>", "<transport-smart>{}</transport-smart></transport>")
    urls = "<urls><url-registration>https://a.example.com/</url-registration><url-utility>https://b.example.com/"
    client.edit(licensing(smart.format(urls + "</url-utility></urls>")))
    assert "license smart url utility https://b.example.com/" in client.lines()
    client.edit(licensing(smart.format("<url-default>true</url-default>")))
    assert "utility" not in str(client.lines())
    assert client.text("licensing/config/transport/transport-smart/urls") is None


def test_replace_keeps_only_what_is_named(client):
    client.edit(licensing("<usage><interval>9</interval><customer-tags><tag1>a</tag1></customer-tags></usage>"))
    client.edit(licensing('<usage nc:operation="replace"><interval>10</interval></usage>'))
    assert client.lines() == ["license smart usage interval 10"]


def test_default_operation_none_touches_only_what_has_an_operation(client):
    config = '<custom-id>x</custom-id><usage><interval nc:operation="create">9</interval></usage>'
    assert client.edit(licensing(config), default_operation="none") == "ok"
    assert client.lines() == ["license smart usage interval 9"]


@pytest.mark.parametrize(
    ("config", "tag"),
    [
        (licensing("<colour>red</colour>"), "unknown-element"),
        (licensing("").replace("config>", "state>"), "unknown-element"),
        ('<x xmlns="urn:x"/>', "unknown-namespace"),
        (licensing("<usage><interval>366</interval></usage>"), "invalid-value"),
        (licensing("<usage><interval>-1</interval></usage>"), "invalid-value"),
        (licensing("<privacy><hostname>yes</hostname></privacy>"), "invalid-value"),
        (licensing("<custom-id>a\nreload</custom-id>"), "invalid-value"),
        (licensing("<custom-id>two words</custom-id>"), "operation-failed"),
        (licensing("<custom-id><x/></custom-id>"), "invalid-value"),
        (licensing('<custom-id nc:operation="delete"/>'), "data-missing"),
        (licensing('<usage nc:operation="delete"/>'), "data-missing"),
        (licensing('<enable nc:operation="create">true</enable>'), "data-exists"),
        (licensing('<enable nc:operation="steal">true</enable>'), "bad-attribute"),
        (
            licensing("<transport><transport-smart><url-default>true</url-default></transport-smart></transport>"),
            "unknown-element",
        ),
        (native("<transport-type>off</transport-type>"), "invalid-value"),
        (native("<url><cslu>no url</cslu></url>"), "invalid-value"),
        (native("<url><cslu>ftp://x</cslu></url>"), "operation-failed"),
    ],
)  # fmt: skip
def test_a_refused_edit_changes_nothing(config, tag, client):
    client.edit(licensing("<privacy><version>true</version></privacy>"))
    before, unsaved = client.lines(), client.device.changed_at
    good = licensing("<usage><interval>20</interval></usage>")
    assert client.edit(good + config) == tag
    assert (client.lines(), client.device.changed_at) == (before, unsaved)


def test_a_release_takes_what_its_command_line_takes():
    client = NetconfClient(make_device("sw1", release="16.12"))
    off = licensing("<transport><transport-type>transport-type-off</transport-type></transport>")
    assert client.edit(off) == "operation-failed"
    assert client.edit(licensing("<usage><interval>9</interval></usage>")) == "unknown-element"
    assert client.edit(licensing("<enable>false</enable>")) == "ok"
    assert client.lines() == ["no license smart enable"]
    assert client.edit(native("<enable/>")) == "ok"
    assert client.lines() == []


def test_a_test_answers_without_doing(client):
    good = licensing("<usage><interval>20</interval></usage>")
    assert client.edit(good, test_option="test-only") == "ok"
    assert client.lines() == []
    assert client.edit(licensing("<custom-id>two words</custom-id>"), test_option="test-only") == "operation-failed"


def test_an_edit_is_in_the_log(client):
    client.edit(licensing("<usage><interval>20</interval></usage>"))
    assert "%DMI-5-CONFIG_I" in Terminal(client.device).type("show logging | include DMI")
    assert client.device.unsaved
    assert client.rpc('<save-config xmlns="http://cisco.com/yang/cisco-ia"/>')[0].text == (
        "Save running-config successful"
    )
    assert "license smart usage interval 20" in (client.device.startup or "")
