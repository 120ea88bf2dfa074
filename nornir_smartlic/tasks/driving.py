"""Between a Nornir task and an operation: the host's intent, its door, and a run of the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import Final, TypeVar

from nornir.core.inventory import Host
from nornir.core.task import Task

from nornir_smartlic.doors import door_of
from nornir_smartlic.doors.choice import door_name
from nornir_smartlic.doors.limits import limits_of
from nornir_smartlic.errors import DeviceError, IntentError, Interrupted
from nornir_smartlic.intent import KEY, MergedData, intent_of, merge_intent_data
from nornir_smartlic.model import Intent
from nornir_smartlic.operations.conversation import Conversation, Door, Wait, converse
from nornir_smartlic.tasks.locking import locked
from nornir_smartlic.tasks.stopping import Stoppable, stop

T = TypeVar("T")


def drive(task: Task, conversation: Conversation[T], *, changes: bool = False) -> T:
    """Run *conversation* with the task's host; an error of the device carries the host's name.

    One that *changes* the device holds its lock meanwhile, and waits for it as long as the configuration says.

    Raises:
        Busy: another run is changing the host.
        Interrupted: the process was asked to stop, see `stopping`.
        TimedOut: it took longer than the host's limit ``overall``.
    """
    if stop.is_asked:
        raise Interrupted("not tried: interrupted before")
    seconds = limits_of(task.host).overall
    configuration = task.nornir.config
    idle: list[Door] = []

    def pause(span: timedelta) -> None:
        """Let time pass as the door does, which knows whether other hosts share its thread."""
        if stop.is_asked:
            raise Interrupted("not tried: interrupted while another run changed it")
        if not idle:
            idle.append(door_of(task.host, configuration))
        idle[0].answer(Wait(span))

    try:
        with locked(task.host, configuration.user_defined, pause) if changes else nullcontext():
            if idle:  # the device may have closed a session on which nobody typed
                task.host.close_connection(door_name(task.host))
            door = door_of(task.host, configuration)
            return converse(conversation, Stoppable(door.answer, stop, seconds).answer)
    except DeviceError as error:
        error.host = error.host or task.host.name
        raise


SAVE_KEY: Final = "smartlic_save"


def saves(host: Host) -> bool:
    """Whether changes of *host* are saved: its data ``smartlic_save``, true where it has none.

    Raises:
        IntentError: it is neither true nor false.
    """
    value = host.get(SAVE_KEY, True)
    if not isinstance(value, bool):
        raise IntentError(SAVE_KEY, repr(value), "true or false")
    return value


def intent_of_host(host: Host) -> Intent:
    """What the inventory wants of *host*.

    Raises:
        IntentError: the data is inconsistent.
    """
    return intent_of(data_of_host(host).data)


def data_of_host(host: Host) -> MergedData:
    """The ``smart_licensing`` data of *host*, its groups (in Nornir's order) and the defaults: the nearest key counts.

    Of a host from NetBox or Nautobot, its custom field and its configuration context of that name count too, in that
    order. Source: what NetBoxInventory2 of nornir-netbox and NautobotInventory of nornir-nautobot put into the data.

    Raises:
        IntentError: one of them is no mapping.
    """
    record = host.data.get("pynautobot_dictionary", host.data)  # nornir-netbox has the record itself as the data
    layers = [(f"host {host.name}", host.data.get(KEY))]
    for name, key in (("custom field", "custom_fields"), ("config context", "config_context")):
        part = record.get(key) if isinstance(record, Mapping) else None
        layers.append((f"{name} of {host.name}", part.get(KEY) if isinstance(part, Mapping) else None))
    layers += [(f"group {group.name}", group.data.get(KEY)) for group in host.extended_groups()]
    return merge_intent_data([*layers, ("defaults", host.defaults.data.get(KEY))])
