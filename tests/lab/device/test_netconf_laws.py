"""Whatever is sent: a refused edit changes nothing, what get-config gives changes nothing when it is sent back."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from smartlic_lab.device.yang.modules import Leaf, modules
from smartlic_lab.platforms import releases
from tests.lab.device.netconf_client import BASE, NetconfClient
from tests.lab.device.terminals import make_device

TEXTS = (
    "", "true", "false", "7", "30", "400", "a", "two words", "https://a.example.com/x", "http://192.0.2.1/pi", "no-url",
    "https://smartreceiver.cisco.com/licservice/license", "transport-type-smart", "transport-type-off", "smart", "Off",
    "transport-type-callhome", "a?b", "a|b", "!", "ä", "x" * 200,
)  # fmt: skip
OPERATIONS = (None, None, None, "merge", "replace", "create", "delete", "remove")
RELEASES = ("16.12", "17.3.3", "17.6", "26.1")
EDITS = st.tuples(
    st.integers(0, 10_000),  # which leaf
    st.sampled_from(TEXTS),
    st.sampled_from(OPERATIONS),
    st.integers(1, 6),  # how deep the operation stands
)


def edit_of(namespace: str, leaf: Leaf, text: str, operation: str | None, depth: int) -> str:
    """A tree down to one leaf."""
    root = node = Element(f"{{{namespace}}}{leaf.path[0]}")
    for level, name in enumerate(leaf.path[1:], 1):
        node = SubElement(node, f"{{{namespace}}}{name}")
        if operation is not None and level == min(depth, len(leaf.path) - 1):
            node.set(f"{{{BASE}}}operation", operation)
    node.text = text
    return tostring(root, encoding="unicode")


@settings(max_examples=60, deadline=None)
@given(release=st.sampled_from(RELEASES), edits=st.lists(EDITS, min_size=1, max_size=8))
def test_edits(release, edits):
    client = NetconfClient(make_device("sw1", release=release))
    leaves = [
        (module.namespace, leaf)
        for module in modules(releases()[release_name(release)]).values()
        for leaf in module.leaves
    ]
    for number, text, operation, depth in edits:
        before = client.lines()
        done = client.edit(edit_of(*leaves[number % len(leaves)], text, operation, depth))
        if done != "ok":
            assert client.lines() == before, done
        after = client.lines()
        for tree in client.config():
            for child in list(tree):
                if child.tag.rpartition("}")[2] in ("version",):
                    tree.remove(child)
                for below in list(child):
                    if below.tag.rpartition("}")[2] in ("udi", "boot"):
                        child.remove(below)
            assert client.edit(tostring(tree, encoding="unicode")) == "ok", tostring(tree)
        assert client.lines() == after
        assert client.device.settings() == client.device._settings  # the agent has them


def release_name(name: str) -> str:
    return next(one.name for one in releases().values() if name in (one.name, *one.aliases))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["{}", "<rpc>{}</rpc>", f'<rpc xmlns="{BASE}" message-id="1">{{}}</rpc>']))
def test_any_text_is_answered(text, around):
    client = NetconfClient(make_device("sw1"))
    for one in (text, escape(text), f"<{text}/>"):
        reply = client.session.receive(around.format(one.replace("{", "")), client.now)
        assert reply is not None
        assert "rpc-error" in reply
