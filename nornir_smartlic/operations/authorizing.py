"""Smart Licensing Authorization Codes (SLAC): asked for by feature, and given back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from nornir_smartlic.errors import LOST, DeviceError, Refused, SmartLicError, StateUnknown
from nornir_smartlic.intent import code_lines, has_code, is_authorized
from nornir_smartlic.model import (
    LicensingState,
    MemberAuthorization,
    Role,
    TransportType,
    Udi,
)
from nornir_smartlic.operations.collecting import FLASH, clear_flash, delete, fetch_file, save_file
from nornir_smartlic.operations.conversation import Conversation, Exec
from nornir_smartlic.operations.keeping import KeepBytes
from nornir_smartlic.operations.licensing_log import read_log
from nornir_smartlic.operations.reading import read_state, why_not_ours
from nornir_smartlic.operations.recovery import over_lost_sessions
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import AuthorizationOutcome, ReturnCode, ReturnOutcome
from nornir_smartlic.operations.waiting import Expectation, Patience, ask_once, wait_for

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
        StateUnknown: the session was lost, and what came of the request is not known.
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
    if offline and keep is not None:  # nothing leaves the device, so that it may be asked for twice
        unknown = "whether the request for an authorization was noted by the device is not known"
        yield from over_lost_sessions(lambda: _said_nothing(command), unknown=unknown)
        return replace(outcome, requested=True, request_file=(yield from _request_file(keep, name)))
    answer, lost = yield from ask_once(Exec(command))  # CSSM may count each time that it is sent
    _require_nothing(answer.text, command)
    expected = Expectation(
        "the authorization code",
        command,
        lambda now: _has_come(state, now, feature, all_members),
        look=_SHOW,
        failures=("AUTHORIZATION_INSTALL_FAILED",),
        statistic="Authorization Request",
        lost=lost,
    )
    came = yield from wait_for(expected, log, patience)
    return replace(outcome, requested=True, members=code_lines(came.state), waited=came.waited)


def return_authorization(*, all_members: bool = True, commit: bool = True) -> Conversation[ReturnOutcome]:
    """Give the authorization codes back; the feature must be out of use. Online, the device informs CSSM.

    After a lost session the device's state shows whether they were, and with which return codes.

    Raises:
        Refused: the device did not give them back, as when the feature is configured still.
        StateUnknown: the session was lost and the device did not come back; or it did, without codes, and does not
            show the return codes, which CSSM must be given where the device is offline.
    """
    whole = yield from read_state()
    if (why := (yield from why_not_ours(whole))) is not None:
        return ReturnOutcome(False, False, not_applicable=why)
    before = _in_scope(whole, all_members)
    installed = any(map(has_code, before))
    online = whole.transport is None or whole.transport.type is not TransportType.OFF
    if not installed or not commit:
        return ReturnOutcome(installed, False, online)
    scope, way = "all" if all_members else "local", "online" if online else "offline"
    command = f"license smart authorization return {scope} {way}"
    lost: DeviceError | None = None

    def step() -> Conversation[tuple[ReturnCode, ...]]:
        nonlocal lost
        given: tuple[ReturnCode, ...] = ()
        if lost is not None:
            now = _in_scope((yield from read_state(_SHOW)), all_members)
            given = _given_back(before, now)
            if not any(map(has_code, now)):
                return given
        try:
            answer = yield Exec(command)
        except LOST as error:
            lost = error
            raise
        if not (codes := return_codes(answer.text)):
            raise Refused("nothing was given back", remark(answer.text) or "no return code", command=command)
        return given + codes

    unknown = "the authorization codes were to be given back, whether they are is not known"
    codes = yield from over_lost_sessions(step, unknown=unknown)
    if not codes and not online:
        state = f"the authorization codes were given back, the return codes are not known: '{_SHOW}' has none"
        raise StateUnknown(state, str(lost), command=command)
    return ReturnOutcome(True, True, online, codes)


def _in_scope(state: LicensingState, all_members: bool) -> tuple[MemberAuthorization, ...]:
    lines = code_lines(state)
    return tuple(line for line in lines if all_members or len(lines) == 1 or line.member.role is Role.ACTIVE)


def _given_back(before: Sequence[MemberAuthorization], now: Sequence[MemberAuthorization]) -> tuple[ReturnCode, ...]:
    """The return codes that members print which they did not print *before*."""
    old = {(line.member.udi, line.last_return_code) for line in before}
    return tuple(
        ReturnCode(line.member.udi, line.last_return_code)
        for line in now
        if line.last_return_code is not None and (line.member.udi, line.last_return_code) not in old
    )


def return_codes(text: str) -> tuple[ReturnCode, ...]:
    """The return codes in what the device printed, each with the UDI that stands before it."""
    codes, udi = [], None
    for line in map(str.strip, text.splitlines()):
        if (named := _UDI.match(line)) is not None:
            udi = Udi(named[1], named[2])
        elif (found := _CODE.match(line)) is not None:
            codes.append(ReturnCode(udi, found[1]))
    return tuple(codes)


def _request_file(keep: KeepBytes, name: str) -> Conversation[Path]:
    path = FLASH + name
    command = f"license smart authorization request save {path}"
    if (said := (yield from over_lost_sessions(lambda: save_file(command, name)))) is not None:
        raise Refused("the authorization was not requested", said, command=command)
    try:
        where = keep((yield from over_lost_sessions(lambda: fetch_file(path))))
    except SmartLicError:
        yield from delete(path)
        raise
    yield from delete(path)
    return where


def _said_nothing(command: str) -> Conversation[None]:
    _require_nothing((yield Exec(command)).text, command)


def _require_nothing(answer: str, command: str) -> None:
    if (said := remark(answer)) is not None:
        raise Refused("the authorization was not requested", said, command=command)


def _has_come(before: LicensingState, now: LicensingState, feature: str, all_members: bool) -> bool:
    """Whether all members in scope have a code, and something changed where codes were there before."""
    if not is_authorized(now, feature, all_members=all_members):
        return False
    return not is_authorized(before, feature, all_members=all_members) or code_lines(now) != code_lines(before)
