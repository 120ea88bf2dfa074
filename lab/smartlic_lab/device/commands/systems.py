"""The device as a machine: clock, reload, logging, images, high availability."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

import re
from datetime import datetime, timedelta

from nornir_smartlic.model import DeviceClock
from smartlic_lab.agent.events import Log
from smartlic_lab.device.catalogue import DEBUGS
from smartlic_lab.device.commands.registry import Ask, Call, CommandFailed, Dialogue, Handlers, confirmed
from smartlic_lab.device.printing import printed
from smartlic_lab.device.session import Session
from smartlic_lab.device.texts import date_text
from smartlic_lab.platforms import Release
from smartlic_lab.show import log_head

handles = Handlers[Session]()

_BOOTSTRAP = ("ciscosdwan.cfg", "ciscosdwan_cloud_init.cfg")  # what a router in controller mode boots with on day 0
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


# --- clock ----------------------------------------------------------------------------------------------------------


@handles("show_clock")
def show_clock(session: Session, call: Call) -> str:
    device = session.device
    text = printed(device, "show clock", DeviceClock(device.clock(session.now), device.synchronised))
    if call.has("detail"):
        source = session.device.clock_source
        text += f"Time source is {source}\n" if source else "No time source\n"
    return text


@handles("clock_set")
def clock_set(session: Session, call: Call) -> str:
    device = session.device
    month = call.required("month").lower()[:3]
    if month not in _MONTHS:
        raise CommandFailed("% Invalid month")
    hours, minutes, *seconds = (int(part) for part in call.required("time").split(":"))
    year, day = int(call.required("year")), int(call.required("day"))
    try:
        wanted = datetime(
            year, _MONTHS.index(month) + 1, day, hours, minutes, seconds[0] if seconds else 0, tzinfo=device.zone
        )
    except ValueError as error:
        raise CommandFailed("% Invalid date or time") from error
    before = session.device.clock_text(session.now)
    device.set_clock(wanted, session.now)
    text = (
        f"System clock has been updated from {before.lstrip('*')} to {session.device.clock_text(session.now)}, "
        f"configured from {'console by console' if session.kind == 'console' else f'vty by {session.username}'}."
    )
    device.emit(Log(6, "CLOCKUPDATE", text, "SYS"), session.now)
    return ""


# --- reload ---------------------------------------------------------------------------------------------------------


@handles("reload")
def reload(session: Session, call: Call) -> Dialogue:
    if session.device.unsaved:
        answer = yield Ask("System configuration has been modified. Save? [yes/no]: ", before="\n")
        while answer.strip().lower() not in ("y", "ye", "yes", "n", "no"):
            answer = yield Ask(
                "System configuration has been modified. Save? [yes/no]: ", before="% Please answer 'yes' or 'no'.\n"
            )
        if answer.strip().lower().startswith("y"):
            session.device.save(session.now)
            before = "Building configuration...\n[OK]\n"
        else:
            before = ""
    else:
        before = ""
    if "stack" in session.device.family.traits:
        before += "Reload command is being issued on Active unit, this will reload the whole stack\n"  # unverified
    answer = yield Ask("Proceed with reload? [confirm]", before=before, single_key=True)
    if not confirmed(answer):
        return "\n"
    device, now = session.device, session.now
    by = f"{session.username} on {session.line_name}" if session.kind != "console" else "console"
    device.emit(Log(5, "RELOAD", f"Reload requested by {by}. Reload Reason: Reload Command.", "SYS"), now)
    device.reload(now)
    return ""


@handles("controller_mode")
def controller_mode(session: Session, call: Call) -> Dialogue:
    """Source: public sessions with ``controller-mode enable``; unverified: what ``disable`` asks, and a mode it has."""
    device, wanted = session.device, call.has("enable")
    if device.controller_managed is wanted:
        return f"% Device is already in {'controller' if wanted else 'autonomous'} mode\n"
    answer = yield Ask(
        "Continue? [confirm]",
        before=f"{'Enabling' if wanted else 'Disabling'} controller mode will erase the nvram filesystem, remove all "
        "configuration files, and reload the box! \nEnsure the BOOT variable points to a valid image \n",
        single_key=True,
    )
    if not confirmed(answer):
        return "\n"
    if wanted and not any(device.files.exists(f"{device.family.flash}:{name}") for name in _BOOTSTRAP):
        answer = yield Ask(
            "Do you want to abort? (yes/[no]): ",
            before="\n% Warning: Bootstrap config file needed for Day-0 boot is missing\n",
        )
        if answer.strip().lower().startswith("y"):
            return ""
    device.startup = None
    device.controller_managed = wanted
    device.reload(session.now)
    return " Mode change success\n"


@handles("reload_in")
def reload_in(session: Session, call: Call) -> Dialogue:
    found = re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,3})", call.required("time"))
    if not found:
        raise CommandFailed("% Invalid time")
    span = timedelta(hours=int(found[1] or 0), minutes=int(found[2]))
    return (yield from _reload_later(session, session.now + span, span))


@handles("reload_at")
def reload_at(session: Session, call: Call) -> Dialogue:
    clock = session.device.clock(session.now)
    hours, minutes, *_ = (int(part) for part in call.required("time").split(":"))
    wanted = clock.replace(hour=hours, minute=minutes, second=0, microsecond=0)
    span = wanted - clock if wanted > clock else wanted - clock + timedelta(days=1)
    return (yield from _reload_later(session, session.now + span, span))


def _reload_later(session: Session, when: datetime, span: timedelta) -> Dialogue:
    device = session.device
    minutes = int(span.total_seconds() // 60)
    wait = f"in {minutes // 60} hours and {minutes % 60} minutes" if minutes >= 60 else f"in {minutes} minutes"
    before = (
        f"\nReload scheduled for {date_text(device.clock(when))} ({wait}) "
        f"by {session.username} on {session.line_name}\n"
        "Reload reason: Reload Command\n"
    )
    answer = yield Ask("Proceed with reload? [confirm]", before=before, single_key=True)
    if not confirmed(answer):
        return "\n"
    device.reload_later(when)
    return "\n"


@handles("reload_cancel")
def reload_cancel(session: Session, call: Call) -> str:
    if not session.device.reloading.cancel():
        return "%No reload is scheduled.\n"
    return "\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n\n"


@handles("show_reload")
def show_reload(session: Session, call: Call) -> str:
    when = session.device.reloading.planned
    if when is None:
        return "No reload is scheduled.\n"
    return f"Reload scheduled for {date_text(session.device.clock(when))}\n"


# --- logging --------------------------------------------------------------------------------------------------------


@handles("show_logging")
def show_logging(session: Session, call: Call) -> str:
    device = session.device
    head = log_head(device.log.count, device.log.size, console=not device.running.denied("logging", "console"))
    return "".join([f"{line}\n" for line in head]) + printed(
        device, "show logging", tuple(message.line for message in device.log.messages())
    )


@handles("show_logging_last")
def show_logging_last(session: Session, call: Call) -> str:
    """The last lines of the buffer, without its head."""
    messages = session.device.log.messages()[-int(call.required("count")) :]
    return "Log Buffer:\n\n" + "".join(f"{message}\n" for message in messages)


@handles("clear_logging")
def clear_logging(session: Session, call: Call) -> Dialogue:
    answer = yield Ask("Clear logging buffer [confirm]", single_key=True)
    if confirmed(answer):
        session.device.log.clear()
    return "\n"


@handles("clear_counters")
def clear_counters(session: Session, call: Call) -> Dialogue:
    yield Ask('Clear "show interface" counters on all interfaces [confirm]', single_key=True)
    return "\n"


@handles("send_log")
def send_log(session: Session, call: Call) -> str:
    level = int(call.argument("level") or 6)
    text = f"Message from {session.line_name}(user id: {session.username}): {call.required('text')}"
    session.device.emit(Log(level, "USERLOG_INFO", text, "SYS"), session.now)
    return ""


@handles("debug")
def debug(session: Session, call: Call) -> str:
    """Nothing is traced, but the device keeps what it was asked to trace."""
    name = DEBUGS[" ".join(call.match.words[1:])]
    session.device.debugging.add(name)
    return f"{name} debugging is on\n"


@handles("debug_all")
def debug_all(session: Session, call: Call) -> Dialogue:
    answer = yield Ask("This may severely impact network performance. Continue? (yes/[no]): ")
    if not answer.strip().lower().startswith("y"):
        return ""
    session.device.debugging.update(DEBUGS.values())
    return "All possible debugging has been turned on\n"


@handles("undebug")
def undebug(session: Session, call: Call) -> str:
    words = call.match.words[2 if call.match.words[0] == "no" else 1 :]
    if words == ("all",):
        session.device.debugging.clear()
        return "All possible debugging has been turned off\n"
    name = DEBUGS[" ".join(words)]
    session.device.debugging.discard(name)
    return f"{name} debugging is off\n"


@handles("show_debugging")
def show_debugging(session: Session, call: Call) -> str:
    return "".join(f"{name} debugging is on\n" for name in sorted(session.device.debugging))


@handles("clear_line")
def clear_line(session: Session, call: Call) -> Dialogue:
    """End another user's session. Unverified: what a line without a user answers."""
    answer = yield Ask("[confirm]", single_key=True)
    if not confirmed(answer):
        return ""
    number = call.argument("vty")
    for other in tuple(session.device.sessions):
        if number is not None and (other.kind, other.number) == ("vty", int(number)) and other is not session:
            other.close()
    return " [OK]\n"


# --- images ---------------------------------------------------------------------------------------------------------


@handles("install_add")
def install_add(session: Session, call: Call) -> str | Dialogue:
    device, path = session.device, call.required("path")
    into = device.installation.image(path)
    if into is None:
        raise CommandFailed(f"FAILED: install_add : {path} is not a valid image for this platform")
    if not device.files.exists(session.absolute(path)):
        raise CommandFailed(f"FAILED: install_add : {path} not found")
    device.installation.added = into
    name = "_".join(["install_add", *(word for word in ("activate", "commit") if call.has(word))])
    text = (
        f"{name}: START {_stamp(session)}\n{name}: Adding IMG\n[1] Finished Add package(s)\n"
        f"Add: Passed on [1]\nFinished Add\n\nImage added. Version: {into.long_number}\n\n"
    )
    if not call.has("activate"):
        return f"{text}SUCCESS: {name} {_stamp(session)}\n"
    return _activate(session, into, name, text, ask=not call.has("none"))


def _stamp(session: Session) -> str:
    return f"{session.device.clock(session.now):%a %b %d %H:%M:%S %Z %Y}"


@handles("install_activate")
def install_activate(session: Session, call: Call) -> str | Dialogue:
    into = session.device.installation.added
    if into is None:
        raise CommandFailed("FAILED: install_activate : no image was added")
    before = f"install_activate: START {_stamp(session)}\n"
    return _activate(session, into, "install_activate", before, ask=not call.has("none"))


def _activate(session: Session, into: Release, name: str, before: str, *, ask: bool) -> Dialogue:
    device = session.device
    if ask:
        answer = yield Ask(
            "This operation may require a reload of the system. Do you want to proceed? [y/n]", before=before
        )
        if not answer.strip().lower().startswith("y"):
            return f"{name}: Operation cancelled by user\n"
        before = ""
    after = f"[1] Finished Activate on all members\nActivate: Passed on [1]\nSUCCESS: {name} {_stamp(session)}\n"
    device.emit(Log(5, "INSTALL_COMPLETED_INFO", f"Completed {name}", "INSTALL"), session.now)
    device.reload(session.now, reason="Image Install", into=into)
    return before + after


@handles("install_commit")
def install_commit(session: Session, call: Call) -> str:
    return f"install_commit: START {_stamp(session)}\nSUCCESS: install_commit {_stamp(session)}\n"


@handles("install_remove")
def install_remove(session: Session, call: Call) -> str:
    return f"install_remove: START {_stamp(session)}\nSUCCESS: install_remove {_stamp(session)}\n"


@handles("show_install_summary")
def show_install_summary(session: Session, call: Call) -> str:
    """Source: unverified; Genie's parser accepts it."""
    device = session.device
    places = (
        "".join(f"Switch {n} " for n in range(1, len(device.build.members) + 1))
        if "stack" in device.family.traits
        else "R0 "
    )
    line = "-" * 80
    text = (
        f"[ {places}] Installed Package(s) Information:\n"
        "State (St): I - Inactive, U - Activated & Uncommitted,\n"
        "            C - Activated & Committed, D - Deactivated & Uncommitted\n"
        f"{line}\n"
        "Type  St   Filename/Version    \n"
        f"{line}\n"
        f"IMG   C    {device.release.long_number}.0.{_build_number(device.release)}{' ' * 41}\n"
    )
    added = device.installation.added
    if added is not None and added != device.release:
        text += f"IMG   I    {added.long_number}.0.{_build_number(added)}\n"
    return f"{text}\n{line}\nAuto abort timer: inactive\n{line}\n"


def _build_number(of: Release) -> int:
    return 2000 + sum(of.version) * 7 % 5000


# --- high availability ----------------------------------------------------------------------------------------------


@handles("force_switchover")
def force_switchover(session: Session, call: Call) -> Dialogue:
    device = session.device
    if len(device.build.members) < 2:
        raise CommandFailed("Failed to switchover. No standby is available")
    before = ""
    if session.device.unsaved:
        answer = yield Ask("System configuration has been modified. Save? [yes/no]: ")
        if answer.strip().lower().startswith("y"):
            device.save(session.now)
            before = "Building configuration...\n[OK]\n"
    answer = yield Ask(
        "Proceed with switchover to standby RP? [confirm]",
        before=before + "This will reload the active unit and force switchover to standby",
        single_key=True,
    )
    if not confirmed(answer):
        return "\n"
    device.switch_over(session.now)
    return ""
