"""A NETCONF client without a socket: operations as text, replies as elements."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

from smartlic_lab.device import Device
from smartlic_lab.device.yang import NetconfSession
from tests.lab.device.terminals import JAN_1

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
SMART = "http://cisco.com/ns/yang/cisco-smart-license"
NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
HELLO = (
    f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.1</capability></capabilities>'
    "</hello>"
)


def licensing(inner: str) -> str:
    """*inner* in the configuration of cisco-smart-license; ``nc:`` is the protocol's namespace."""
    return f'<licensing xmlns="{SMART}" xmlns:nc="{BASE}"><config>{inner}</config></licensing>'


def native(inner: str) -> str:
    """*inner* under ``/native/license/smart``."""
    return f'<native xmlns="{NATIVE}" xmlns:nc="{BASE}"><license><smart>{inner}</smart></license></native>'


class NetconfClient:
    """One session on a device."""

    def __init__(self, device: Device, privilege: int = 15) -> None:
        self.device = device
        self.now = JAN_1
        self.session: NetconfSession = device.open_netconf(JAN_1, username="admin", privilege=privilege)
        assert self.session.receive(HELLO, JAN_1) is None

    def rpc(self, operation: str) -> Element:
        """The reply to an operation."""
        text = f'<rpc xmlns="{BASE}" message-id="1">{operation}</rpc>'
        reply = self.session.receive(text, self.now)
        assert reply is not None
        root = fromstring(reply)
        assert root.attrib == {"message-id": "1"}
        return root

    def edit(self, config: str, **options: str) -> str:
        """``ok``, or the tag of the error."""
        more = "".join(f"<{name.replace('_', '-')}>{text}</{name.replace('_', '-')}>" for name, text in options.items())
        return outcome(
            self.rpc(f"<edit-config><target><running/></target>{more}<config>{config}</config></edit-config>")
        )

    def config(self, filter_: str = "") -> list[Element]:
        """The trees of ``get-config``."""
        return list(self.rpc(f"<get-config><source><running/></source>{_filter(filter_)}</get-config>")[0])

    def get(self, filter_: str = "") -> list[Element]:
        """The trees of ``get``."""
        return list(self.rpc(f"<get>{_filter(filter_)}</get>")[0])

    def text(self, path: str) -> str | None:
        """The text of a node of ``get``, by names with slashes; ``None``: there is none."""
        return find(self.get(), path)

    def lines(self) -> list[str]:
        """The licensing lines of the running configuration."""
        return [line.text for line in self.device.running.lines if "license smart" in line.text]


def find(trees: list[Element], path: str) -> str | None:
    root, *names = path.split("/")
    tree = next((tree for tree in trees if name_of(tree) == root), None)
    for name in names:
        tree = next((child for child in tree if name_of(child) == name), None) if tree is not None else None
    return None if tree is None else (tree.text or "")


def name_of(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def outcome(reply: Element) -> str:
    """``ok``, or the tag of the error."""
    tag = reply.find(f"{{{BASE}}}rpc-error/{{{BASE}}}error-tag")
    return name_of(reply[0]) if tag is None else str(tag.text)


def _filter(inner: str) -> str:
    return f'<filter type="subtree">{inner}</filter>' if inner else ""
