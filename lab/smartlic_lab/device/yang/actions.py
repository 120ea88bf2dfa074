"""The RPCs of cisco-smart-license: each is the event that the CLI's command is, and answers with the agent's own error.

Source: reference/yang.md, sections 2 and 3; names of errors from reference/cli.md section 6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.model import Secret
from smartlic_lab.agent.events import (
    Action,
    AuthorizationRequested,
    AuthorizationReturned,
    Deregistered,
    Event,
    FileImported,
    Print,
    Registered,
    Renewed,
    Scope,
    TrustRequested,
    TrustRequestSaveRequested,
    UsageSaveRequested,
    WriteFile,
)
from smartlic_lab.device.filesystem import FileSystemError
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.yang.errors import RpcError
from smartlic_lab.device.yang.markup import element, local, text_of
from smartlic_lab.device.yang.modules import SMART_LICENSE, TRUST_STATE, Version

SUCCESS: Final = "success"
IN_PROGRESS: Final = "registrationinprogress"
_BAD_INPUT: Final = "BadInputParams"
# What the agent says -> error-enum.
_CODES: Final[Mapping[str, str]] = {
    "Bad input parameter": _BAD_INPUT,
    "The requested operation is not supported": "notsupported",
    "Smart Agent not enabled": "notenabled",
    "The agent is already registered": "alreadyregistered",
    "Smart Agent not registered": "notregistered",
    "Signature Verification failed": "verifysignaturefailed",
    "The transport type needed is not configured": "transporttype",
    "The requested item was not found": "requesteditemnotfound",
    "No reservation authorization code installed in device": "noreservationauthcode",
}


@dataclass(frozen=True, slots=True)
class _Input:
    """The input of an RPC, checked against its leaves as they are asked for."""

    name: str
    leaves: Mapping[str, str]
    asked: set[str] = field(default_factory=set)

    def text(self, name: str, longest: int) -> str:
        """A string that must be there."""
        self.asked.add(name)
        found = self.leaves.get(name)
        if found is None:
            raise RpcError("missing-element", f"{self.name} needs {name}", path=f"/{self.name}", bad_element=name)
        if not 1 <= len(found) <= longest or not found.isprintable():
            raise self._invalid(name)
        return found

    def boolean(self, name: str, *, default: bool) -> bool:
        """A boolean with a default."""
        self.asked.add(name)
        found = self.leaves.get(name)
        if found not in (None, "true", "false"):
            raise self._invalid(name)
        return default if found is None else found == "true"

    def number(self, name: str) -> int:
        """A number that must be there."""
        found = self.text(name, 10)
        if not found.isascii() or not found.isdecimal() or int(found) >= 1 << 32:
            raise self._invalid(name)
        return int(found)

    def _invalid(self, name: str) -> RpcError:
        # the value is not repeated: it may be a token
        return RpcError("invalid-value", f"not a valid value of {name}", path=f"/{self.name}/{name}", bad_element=name)

    def refuse_others(self) -> None:
        """No leaf that the RPC does not have."""
        for name in self.leaves:
            if name not in self.asked:
                raise RpcError("unknown-element", f"{self.name} has no {name}", path=f"/{self.name}", bad_element=name)


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of an event."""

    actions: list[Action]
    code: str = SUCCESS

    @property
    def printed(self) -> str:
        """What the CLI would print."""
        return "".join(action.text for action in self.actions if isinstance(action, Print))


def call(device: Machine, rpc: Element, now: datetime) -> list[Element]:
    """Carry out an RPC of cisco-smart-license and give back its output; raises `RpcError`."""
    name = local(rpc)
    since, action = _ACTIONS.get(name, (None, None))
    if action is None or since is None or device.release.version < since:
        raise RpcError("unknown-element", f"no operation {name}", layer="rpc", bad_element=name)
    given = _Input(name, {local(child): text_of(child) for child in rpc})
    output = {"return-code": SUCCESS}
    try:
        output |= action(device, given, now)
    except IllegalEvent as refused:
        if str(refused) not in _CODES:
            raise RpcError("operation-failed", str(refused), path=f"/{name}") from refused
        output["return-code"] = _CODES[str(refused)]
    except FileSystemError:
        output["return-code"] = _BAD_INPUT  # inferred
    return [element(SMART_LICENSE, leaf, text) for leaf, text in output.items()]


def _fed(device: Machine, given: _Input, event: Event, now: datetime, path: str | None = None) -> _Done:
    """Give the agent the event; what it writes goes to *path*."""
    given.refuse_others()
    done = _Done(device.feed(event, now))
    for action in done.actions:
        if isinstance(action, WriteFile) and path is not None:
            device.files.write(path, action.content.encode(), now)
    return done


def _path(device: Machine, given: _Input) -> str:
    """The file that is named; raises `FileSystemError` for a name that cannot be."""
    path = given.text("file-path", 127)
    path = path if ":" in path else f"{device.family.flash}:{path}"
    device.files.path_of(path)
    return path


def _scope(given: _Input) -> Scope:
    return Scope.LOCAL if given.boolean("local", default=True) else Scope.ALL


# --- before 17.4.1 ---------------------------------------------------------------------------------------------------


def _register(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    event = Registered(Secret(given.text("id-token", 255)), given.boolean("force", default=False))
    _fed(device, given, event, now)
    return {"return-code": IN_PROGRESS}


def _deregister(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    _fed(device, given, Deregistered(), now)
    return {}


def _renew_id(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    _fed(device, given, Renewed(identity=True), now)
    return {}


def _renew_auth(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    _fed(device, given, Renewed(identity=False), now)
    return {}


# --- from 17.4.1 on --------------------------------------------------------------------------------------------------


def _trust(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    token = Secret(given.text("id-token", 255))
    scope = Scope.ALL if given.boolean("all-ha", default=False) else Scope.LOCAL
    _fed(device, given, TrustRequested(token, scope, given.boolean("force", default=False)), now)
    return {"return-code": IN_PROGRESS}


def _save_all(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    path = _path(device, given)
    _fed(device, given, UsageSaveRequested(all=True), now, path)
    return {}


def _save_unreported(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    path = _path(device, given)
    _fed(device, given, UsageSaveRequested(unreported=True), now, path)
    return {}


def _save_days(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    path = _path(device, given)
    days = min(given.number("days"), 36_500)  # nothing is older
    _fed(device, given, UsageSaveRequested(days=days), now, path)
    return {}


def _save_trust_request(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    path = _path(device, given)
    _fed(device, given, TrustRequestSaveRequested(), now, path)
    return {}


def _request_authorization(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    """The text of the model promises "operation in progress", for which error-enum has no member: success, inferred."""
    feature, scope = given.text("feature-name", 255), _scope(given)
    event = AuthorizationRequested(feature, scope, replace=not given.boolean("add", default=True))
    _fed(device, given, event, now)
    return {}


def _return_online(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    event = AuthorizationReturned(_scope(given), online=True)
    return _returned(device, given, event, now, None)


def _return_offline(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    path = _path(device, given)
    event = AuthorizationReturned(_scope(given), online=False, to_file=True)
    return _returned(device, given, event, now, path)


def _returned(
    device: Machine, given: _Input, event: AuthorizationReturned, now: datetime, path: str | None
) -> dict[str, str]:
    before = _return_codes(device, now)
    _fed(device, given, event, now, path)
    new = [code for code in _return_codes(device, now) if code not in before]
    return {"authorization-return-string": ",".join(new)} if new else {}


def _return_codes(device: Machine, now: datetime) -> list[str]:
    found = device.agent.state(device.clock(now)).authorizations
    members = found.members if found is not None else ()
    return list(dict.fromkeys(member.last_return_code for member in members if member.last_return_code is not None))


def _import_file(device: Machine, given: _Input, now: datetime) -> dict[str, str]:
    text = device.files.read(_path(device, given)).decode(errors="replace")
    done = _fed(device, given, FileImported(text), now)
    device.report_usage(now)
    codes = re.findall(r"Confirmation code: (\w+)", done.printed)
    return {"confirmation-codes": ",".join(codes)} if codes else {}


_Action = Callable[[Machine, _Input, datetime], dict[str, str]]
_ALWAYS: Final[Version] = (16, 8, 1)
_ACTIONS: Final[Mapping[str, tuple[Version, _Action]]] = {
    "register-id-token": (_ALWAYS, _register),
    "de-register": (_ALWAYS, _deregister),
    "renew-id": (_ALWAYS, _renew_id),
    "renew-auth": (_ALWAYS, _renew_auth),
    "id-token-trust": (TRUST_STATE, _trust),
    "rum-save-usage-all": (TRUST_STATE, _save_all),
    "rum-save-usage-unreported": (TRUST_STATE, _save_unreported),
    "rum-save-usage-days": (TRUST_STATE, _save_days),
    "trust-request-save": (TRUST_STATE, _save_trust_request),
    "authorization-request-online": (TRUST_STATE, _request_authorization),
    "authorization-code-return-online": (TRUST_STATE, _return_online),
    "authorization-code-return-offline": (TRUST_STATE, _return_offline),
    "import-file": (TRUST_STATE, _import_file),
}
