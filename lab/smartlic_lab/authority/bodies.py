"""What is inside the bodies of devices' messages, checked: `world.wire` leaves them as the JSON that came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files import RumReport, report_of
from nornir_smartlic.model import Udi
from smartlic_lab.authority.errors import Refusal
from smartlic_lab.world.wire import Message


class MalformedBody(Refusal):
    """The body of a message is not what its kind asks for."""


def text_in(body: Mapping[str, Any], name: str) -> str:
    """A text; "" where there is none."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise MalformedBody(f"{name} is not text")
    return value


def count_in(body: Mapping[str, Any], name: str) -> int:
    """A whole number; 1 where there is none."""
    value = body.get(name, 1)
    if isinstance(value, bool) or not isinstance(value, int):
        raise MalformedBody(f"{name} is not a whole number")
    return value


def objects_in(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects, empty where there is none."""
    raw = body.get(name, [])
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise MalformedBody(f"{name} is not a list of objects")
    return raw


def member_objects(message: Message, name: str) -> list[tuple[Udi, Mapping[str, Any]]]:
    """A list of objects that are each of one member of the device, with that member."""
    found = []
    for one in objects_in(message.body, name):
        raw = one.get("udi")
        try:
            udi = Udi(str(raw["pid"]), str(raw["sn"])) if isinstance(raw, dict) else None
        except (KeyError, ValueError):
            udi = None
        if udi is None or udi not in message.members:
            raise MalformedBody(f"{name} has an object that is of no member of the device")
        found.append((udi, one))
    return found


def reports_in(message: Message) -> list[RumReport]:
    """The usage reports of a message, at least one; raises `MalformedBody`."""
    try:
        found = [report_of(one) for one in objects_in(message.body, "reports")]
    except FileRejected as rejected:
        raise MalformedBody(str(rejected)) from None
    if not found:
        raise MalformedBody("the message has no reports")
    return found
