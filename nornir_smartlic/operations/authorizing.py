"""Smart Licensing Authorization Codes (SLAC): asked for by feature, and given back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from nornir_smartlic.errors import Refused, SmartLicError
from nornir_smartlic.intent import code_lines, has_code, is_authorized
from nornir_smartlic.model import (
    LicensingState,
    TransportType,
    Udi,
)
from nornir_smartlic.operations.collecting import FLASH, clear_flash, delete
from nornir_smartlic.operations.conversation import Conversation, Exec, Fetch
from nornir_smartlic.operations.keeping import KeepBytes
from nornir_smartlic.operations.licensing_log import read_log
from nornir_smartlic.operations.reading import read_state, why_not_ours
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import AuthorizationOutcome, ReturnCode, ReturnOutcome
from nornir_smartlic.operations.waiting import Expectation, Patience, wait_for

AUTHORIZATION_PATIENCE: Final = Patience(timedelta(minutes=10), longest=timedelta(seconds=20))
_SHOW: Final = "show license authorization"
_CODE: Final = re.compile(r"^(?:Return code:\s*)?((?:[1-9A-HJ-NP-Za-km-z]{6}-)+[1-9A-HJ-NP-Za-km-z]{3,6})$")
_UDI: Final = re.compile(r"^UDI: PID:([^,\s]+),SN:(\S+)$")
"""Source: reference/cli.md section 3, return code text; the line with the UDI is unverified."""


def request_authorization(
    feature: str,
    *,
    count: int | None = None,
    all_members: bool = True,
    replace_codes: bool = False,
    keep: KeepBytes | None = None,
    name: str = "smartlic-authorization.txt",
    commit: bool = True,
    patience: Patience = AUTHORIZATION_PATIENCE,
) -> Conversation[AuthorizationOutcome]:
    """See to it that the members are authorized for *feature* (``hseck9``); those that are, are left alone.

    Where the transport is off, the request is saved to a file of the name *name* on the flash, fetched, and kept by
    *keep*: it goes to CSSM, and the answer comes back with ``import_files``.

    Raises:
        Refused: the device knows no such feature, or CSSM gave no code; ``reason`` is its word.
        TimedOut: nothing came in time.
    """
    whole = yield from read_state()
    if (why := (yield from why_not_ours(whole))) is not None:
        return AuthorizationOutcome(feature, False, False, not_applicable=why)
    state = yield from read_state(_SHOW)
    needed = not is_authorized(state, feature, all_members=all_members) or replace_codes
    outcome = AuthorizationOutcome(feature, needed, False, code_lines(state))
    offline = whole.transport is not None and whole.transport.type is TransportType.OFF
    if offline and needed and keep is None:
        reason = "transport is off: the request goes by file, which needs a folder here"
        return replace(outcome, needed=False, not_applicable=reason)
    if not needed or not commit:
        return outcome
    if offline:
        yield from clear_flash()
    log = yield from read_log()
    action, scope = "replace" if replace_codes else "add", "all" if all_members else "local"
    command = f"license smart authorization request {action} {feature} {scope}" + (f" {count}" if count else "")
    yield from _said_nothing(command)
    if offline and keep is not None:
        return replace(outcome, requested=True, request_file=(yield from _request_file(keep, FLASH + name)))
    expected = Expectation(
        "the authorization code",
        command,
        lambda now: _has_come(state, now, feature, all_members),
        look=_SHOW,
        failures=("AUTHORIZATION_INSTALL_FAILED",),
        statistic="Authorization Request",
    )
    came = yield from wait_for(expected, log, patience)
    return replace(outcome, requested=True, members=code_lines(came.state), waited=came.waited)


def return_authorization(*, all_members: bool = True, commit: bool = True) -> Conversation[ReturnOutcome]:
    """Give the authorization codes back; the feature must be out of use. Online, the device informs CSSM.

    Raises:
        Refused: the device did not give them back, as when the feature is configured still.
    """
    whole = yield from read_state()
    if (why := (yield from why_not_ours(whole))) is not None:
        return ReturnOutcome(False, False, not_applicable=why)
    installed = any(has_code(line) for line in code_lines(whole))
    online = whole.transport is None or whole.transport.type is not TransportType.OFF
    if not installed or not commit:
        return ReturnOutcome(installed, False, online)
    scope, way = "all" if all_members else "local", "online" if online else "offline"
    command = f"license smart authorization return {scope} {way}"
    answer = yield Exec(command)
    codes = return_codes(answer.text)
    if not codes:
        raise Refused("nothing was given back", remark(answer.text) or "no return code", command=command)
    return ReturnOutcome(True, True, online, codes)


def return_codes(text: str) -> tuple[ReturnCode, ...]:
    """The return codes in what the device printed, each with the UDI that stands before it."""
    codes, udi = [], None
    for line in map(str.strip, text.splitlines()):
        if (named := _UDI.match(line)) is not None:
            udi = Udi(named[1], named[2])
        elif (found := _CODE.match(line)) is not None:
            codes.append(ReturnCode(udi, found[1]))
    return tuple(codes)


def _request_file(keep: KeepBytes, path: str) -> Conversation[Path]:
    yield from _said_nothing(f"license smart authorization request save {path}")
    try:
        where = keep((yield Fetch(path)).data)
    except SmartLicError:
        yield from delete(path)
        raise
    yield from delete(path)
    return where


def _said_nothing(command: str) -> Conversation[None]:
    answer = yield Exec(command)
    if (said := remark(answer.text)) is not None:
        raise Refused("the authorization was not requested", said, command=command)


def _has_come(before: LicensingState, now: LicensingState, feature: str, all_members: bool) -> bool:
    """Whether all members in scope have a code, and something changed where codes were there before."""
    if not is_authorized(now, feature, all_members=all_members):
        return False
    return not is_authorized(before, feature, all_members=all_members) or code_lines(now) != code_lines(before)
