"""A device's NETCONF server, without I/O: sessions take a request's text and give back the reply's.

Source: RFC 6241. The messages of IOS-XE's DMI in the log are unverified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Final
from xml.etree.ElementTree import Element

from smartlic_lab.agent.events import Log
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.yang import actions
from smartlic_lab.device.yang.editing import lines_of
from smartlic_lab.device.yang.errors import RpcError
from smartlic_lab.device.yang.markup import (
    BASE,
    MarkupError,
    element,
    local,
    parse_markup,
    render_markup,
    split_tag,
    text_of,
)
from smartlic_lab.device.yang.modules import BASE_1_1, CISCO_IA, SMART_LICENSE, capabilities
from smartlic_lab.device.yang.paths import filters_of
from smartlic_lab.device.yang.state import configuration, everything
from smartlic_lab.device.yang.subtree import filtered

_PRIVILEGE: Final = 15  # below it the default rules of NACM let nothing through


class NetconfServer:
    """The sessions of one device, and the lock on its running configuration."""

    def __init__(self, device: Machine) -> None:
        self.device = device
        self.sessions: dict[int, NetconfSession] = {}
        self.locked_by: int | None = None
        self._numbers = count(1)
        self._transactions = count(1)

    def open_session(self, now: datetime, *, username: str, privilege: int, source: str = "") -> NetconfSession:
        """A session of a user who has logged in."""
        session = NetconfSession(self, next(self._numbers), username, privilege)
        self.sessions[session.number] = session
        self.device.netconf_users[session.number] = (username, source)
        source = f" from {source}" if source else ""
        text = f"User '{username}' authenticated successfully{source} for netconf over ssh. External groups: "
        self._log("AUTH_PASSED", f"{text}PRIV{privilege}", now)
        return session

    def close(self) -> None:
        """End every session."""
        for session in list(self.sessions.values()):
            session.close()

    def forget(self, session: NetconfSession) -> None:
        """A session has ended; what it locked is free."""
        self.sessions.pop(session.number, None)
        self.device.netconf_users.pop(session.number, None)
        if self.locked_by == session.number:
            self.locked_by = None

    def configured(self, session: NetconfSession, now: datetime) -> None:
        """Note who changed the configuration."""
        self.device.changed_by = session.username
        number = next(self._transactions)
        self._log("CONFIG_I", f"Configured from NETCONF/RESTCONF by {session.username}, transaction-id {number}", now)

    def _log(self, mnemonic: str, text: str, now: datetime) -> None:
        self.device.emit(Log(5, mnemonic, f"R0/0: dmiauthd: {text}", "DMI"), now)


class NetconfSession:
    """One session. ``chunked`` says how messages after the hellos are framed."""

    def __init__(self, server: NetconfServer, number: int, username: str, privilege: int) -> None:
        self.server = server
        self.device = server.device
        self.number = number
        self.username = username
        self.privilege = privilege
        self.closed = False
        self.chunked = False
        self.notify: Callable[[], None] | None = None  # called when another session has ended this one
        self._greeted = False

    def hello(self) -> str:
        """The server's hello."""
        root = element(BASE, "hello")
        found = element(BASE, "capabilities", parent=root)
        for capability in capabilities(self.device.release):
            element(BASE, "capability", capability, parent=found)
        element(BASE, "session-id", str(self.number), parent=root)
        return render_markup(root)

    def close(self) -> None:
        """The session ends."""
        if not self.closed:
            self.closed = True
            self.server.forget(self)
            if self.notify is not None:
                self.notify()

    def receive(self, text: str, now: datetime) -> str | None:
        """The reply to a message; ``None``: it was the client's hello, or nothing that can be answered."""
        try:
            root = parse_markup(text.strip())  # some clients send a line end before the declaration
        except MarkupError as error:
            if not self._greeted:
                self.close()
                return None
            return _reply({}, [RpcError("malformed-message", str(error), layer="rpc").element()])
        if not self._greeted:
            self._greet(root)
            return None
        if root.tag != f"{{{BASE}}}rpc":
            return _reply({}, [RpcError("malformed-message", "a message is an rpc", layer="rpc").element()])
        try:
            found = self._answer(root, now)
        except RpcError as error:
            found = [error.element()]
        return _reply(root.attrib, found)

    def _greet(self, root: Element) -> None:
        """The client's hello; one that has no version of the protocol in common ends the session."""
        offered = {text_of(one) for one in root.iter(f"{{{BASE}}}capability")}
        if root.tag != f"{{{BASE}}}hello" or not any(
            one.startswith("urn:ietf:params:netconf:base:1.") for one in offered
        ):
            self.close()
            return
        self._greeted = True
        self.chunked = BASE_1_1 in offered

    def _answer(self, root: Element, now: datetime) -> list[Element]:
        if "message-id" not in root.attrib:
            raise RpcError(
                "missing-attribute",
                "an rpc has a message-id",
                layer="rpc",
                bad_attribute="message-id",
                bad_element="rpc",
            )
        if len(root) != 1:
            raise RpcError("missing-element", "an rpc has one operation", layer="protocol", bad_element="operation")
        operation = root[0]
        namespace, name = split_tag(operation.tag)
        if self.privilege < _PRIVILEGE and name != "close-session":
            raise RpcError("access-denied", "access denied", layer="protocol")
        if namespace == SMART_LICENSE:
            return actions.call(self.device, operation, now)
        if namespace == CISCO_IA and name == "save-config":
            self.device.save(now)
            return [element(CISCO_IA, "result", "Save running-config successful")]
        handler = _OPERATIONS.get(name) if namespace == BASE else None
        if handler is None:
            raise RpcError("operation-not-supported", f"no operation {name}", layer="protocol")
        return handler(self, operation, now)

    # --- operations --------------------------------------------------------------------------------------------------

    def _get(self, operation: Element, now: datetime) -> list[Element]:
        return _data(everything(self.device, now), operation)

    def _get_config(self, operation: Element, _now: datetime) -> list[Element]:
        self._require_running(operation, "source")
        return _data(configuration(self.device), operation)

    def _edit_config(self, operation: Element, now: datetime) -> list[Element]:
        self._require_running(operation, "target")
        if self.server.locked_by not in (None, self.number):
            raise self._lock_denied("in-use")
        default = _option(operation, "default-operation", ("merge", "none", "replace"))
        test = _option(operation, "test-option", ("test-then-set", "set", "test-only"))
        _option(operation, "error-option", ("stop-on-error", "continue-on-error", "rollback-on-error"))
        if default == "replace":
            text = "the models of this device do not hold its whole configuration, which replace would drop"
            raise RpcError("operation-not-supported", text, layer="protocol")
        lines = lines_of(
            _required(operation, "config"), self.device.running, self.device.release, default_operation=default
        )
        problems = self.device.merge(lines, now, trial=True)
        if problems:
            raise RpcError("operation-failed", f"the device refused {problems[0]}")
        if lines and test != "test-only":
            self.device.merge(lines, now)
            self.server.configured(self, now)
        return _OK()

    def _validate(self, operation: Element, now: datetime) -> list[Element]:
        source = _required(operation, "source")
        config = source.find(f"{{{BASE}}}config")
        if config is not None:
            problems = self.device.merge(lines_of(config, self.device.running, self.device.release), now, trial=True)
            if problems:
                raise RpcError("operation-failed", f"the device refuses {problems[0]}")
        else:
            self._require_running(operation, "source")
        return _OK()

    def _lock(self, operation: Element, _now: datetime) -> list[Element]:
        self._require_running(operation, "target")
        if self.server.locked_by is not None:
            raise self._lock_denied("lock-denied")
        self.server.locked_by = self.number
        return _OK()

    def _unlock(self, operation: Element, _now: datetime) -> list[Element]:
        self._require_running(operation, "target")
        if self.server.locked_by != self.number:
            raise RpcError("operation-failed", "this session has no lock", layer="protocol")
        self.server.locked_by = None
        return _OK()

    def _lock_denied(self, tag: str) -> RpcError:
        holder = str(self.server.locked_by)
        return RpcError(tag, f"session {holder} has the lock", layer="protocol", session_id=holder)

    def _close_session(self, _operation: Element, _now: datetime) -> list[Element]:
        self.close()
        return _OK()

    def _kill_session(self, operation: Element, _now: datetime) -> list[Element]:
        number = text_of(_required(operation, "session-id"))
        other = next((one for one in self.server.sessions.values() if str(one.number) == number), None)
        if other is None or other is self:
            raise RpcError("invalid-value", f"no other session {number!r}", layer="protocol", bad_element="session-id")
        other.close()
        return _OK()

    @staticmethod
    def _require_running(operation: Element, name: str) -> None:
        store = next(iter(_required(operation, name)), None)
        if store is None or store.tag != f"{{{BASE}}}running":
            found = "nothing" if store is None else local(store)
            raise RpcError("invalid-value", f"{name} {found} - expected running", layer="protocol", bad_element=name)


def _OK() -> list[Element]:  # noqa: N802  as it is in the protocol
    return [element(BASE, "ok")]


def _data(trees: list[Element], operation: Element) -> list[Element]:
    """``data`` with *trees*, cut down by the operation's filter."""
    wanted = operation.find(f"{{{BASE}}}filter")
    if wanted is not None:
        kind = wanted.get("type", wanted.get(f"{{{BASE}}}type", "subtree"))
        if kind == "xpath":
            trees = filtered(trees, _paths(wanted))
        elif kind == "subtree":
            trees = filtered(trees, wanted)
        else:
            raise RpcError(
                "bad-attribute", f"filter type {kind!r}", layer="protocol", bad_attribute="type", bad_element="filter"
            )
    root = element(BASE, "data")
    root.extend(trees)
    return [root]


def _paths(wanted: Element) -> list[Element]:
    """The filters of ``select``."""
    select = wanted.get("select", wanted.get(f"{{{BASE}}}select"))
    if select is None:
        text = "an xpath filter has select"
        raise RpcError("missing-attribute", text, layer="protocol", bad_attribute="select", bad_element="filter")
    try:
        return filters_of(select)
    except ValueError as error:
        raise RpcError(
            "bad-attribute", str(error), layer="protocol", bad_attribute="select", bad_element="filter"
        ) from error


def _required(operation: Element, name: str) -> Element:
    found = operation.find(f"{{{BASE}}}{name}")
    if found is None:
        raise RpcError("missing-element", f"{local(operation)} needs {name}", layer="protocol", bad_element=name)
    return found


def _option(operation: Element, name: str, known: tuple[str, ...]) -> str:
    """An option of an operation; the first of *known* is the default."""
    found = operation.find(f"{{{BASE}}}{name}")
    if found is None:
        return known[0]
    if text_of(found) not in known:
        raise RpcError("invalid-value", f"{name} {text_of(found)!r}", layer="protocol", bad_element=name)
    return text_of(found)


def _reply(attributes: Mapping[str, str], contents: list[Element]) -> str:
    root = element(BASE, "rpc-reply")
    root.attrib.update(attributes)
    root.extend(contents)
    return render_markup(root)


_Operation = Callable[[NetconfSession, Element, datetime], list[Element]]
_OPERATIONS: Final[Mapping[str, _Operation]] = {
    "get": NetconfSession._get,
    "get-config": NetconfSession._get_config,
    "edit-config": NetconfSession._edit_config,
    "validate": NetconfSession._validate,
    "lock": NetconfSession._lock,
    "unlock": NetconfSession._unlock,
    "close-session": NetconfSession._close_session,
    "kill-session": NetconfSession._kill_session,
}
