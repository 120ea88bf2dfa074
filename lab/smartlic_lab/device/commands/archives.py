"""Comparing, archiving and replacing configurations: what NAPALM and rollbacks go by."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from datetime import datetime, timedelta

from smartlic_lab.device.commands.filing import read_config_file
from smartlic_lab.device.commands.registry import Ask, Call, CommandFailed, Dialogue, Handlers
from smartlic_lab.device.configuration import VERBATIM, Section, reading
from smartlic_lab.device.implied import without_implied
from smartlic_lab.device.session import Frame, Session

handles = Handlers[Session]()

_NOTHING_PENDING = "%No Rollback Confirmed Change pending\n"


def tree_of(text: str) -> Section:
    """A configuration text as a bare tree: every line is named by itself."""
    root = Section()
    stack = [(-1, root)]
    for indent, line in reading(text.splitlines()):
        if indent == VERBATIM:
            continue  # banners are compared by their first line
        if line == "end" and not indent:
            break
        if line == "exit-address-family" or line.startswith(("version ", "Building configuration", "Current config")):
            continue
        if line == "quit":  # behind a tab; it ends a certificate, and is no part of its last line
            indent = stack[-1][0]
        while stack[-1][0] >= indent:
            stack.pop()
        added = stack[-1][1].put(line.split(), opens=True)
        assert added.section is not None
        stack.append((indent, added.section))
    return root


def differences(old: Section, new: Section, indent: int = 0) -> list[str]:
    """Lines with ``+`` and ``-``, under the sections that hold them, as ``show archive config differences``."""
    out: list[str] = []
    margin = " " * indent
    news = {line.text: line for line in new.lines}
    olds = {line.text: line for line in old.lines}
    for line in new.lines:
        other = olds.get(line.text)
        below_new = line.section or Section()
        if other is None:
            out.append(f"+{margin}{line.text}")
            out += differences(Section(), below_new, indent + 1)
        else:
            below = differences(other.section or Section(), below_new, indent + 1)
            if below:
                out += [f"{margin}{line.text}", *below]
    for line in old.lines:
        if line.text not in news:
            out.append(f"-{margin}{line.text}")
            out += differences(line.section or Section(), Section(), indent + 1)
    return out


def replacing(old: Section, new: Section) -> list[str]:
    """The commands that make *new* of *old*: what is gone is negated first, then what is new is typed."""
    commands: list[str] = []
    for line in old.lines:
        match = next((other for other in new.lines if other.text == line.text), None)
        if match is None:
            commands.append(line.text[3:] if line.text.startswith("no ") else f"no {line.text}")
        elif line.section and line.section.lines:
            below = _replacing_below(line.section, match.section or Section())
            if below:
                commands += [line.text, *(f" {text}" for text in below)]
    for line in new.lines:
        before = next((other for other in old.lines if other.text == line.text), None)
        if before is None:
            commands.append(line.text)
            commands += [f" {text}" for text in _typed(line.section or Section())]
        elif line.section and line.section.lines:
            below = _added_below(before.section or Section(), line.section)
            if below:
                commands += [line.text, *(f" {text}" for text in below)]
    return commands


def _replacing_below(old: Section, new: Section) -> list[str]:
    news = {line.text for line in new.lines}
    return [
        line.text[3:] if line.text.startswith("no ") else f"no {line.text}"
        for line in old.lines
        if line.text not in news
    ]


def _added_below(old: Section, new: Section) -> list[str]:
    olds = {line.text for line in old.lines}
    out: list[str] = []
    for line in new.lines:
        if line.text not in olds:
            out += [line.text, *(f" {text}" for text in _typed(line.section or Section()))]
        else:
            before = next(one for one in old.lines if one.text == line.text)
            below = _added_below(before.section or Section(), line.section or Section())
            if below:
                out += [line.text, *(f" {text}" for text in below)]
    return out


def _typed(section: Section) -> list[str]:
    out: list[str] = []
    for line in section.lines:
        out += [line.text, *(f" {text}" for text in _typed(line.section or Section()))]
    return out


@handles("show_archive_differences")
def show_archive_differences(session: Session, call: Call) -> str:
    first = call.argument("first") or "nvram:startup-config"
    second = call.argument("second") or "system:running-config"
    lines = differences(tree_of(read_config_file(session, first)), tree_of(read_config_file(session, second)))
    body = "\n".join(lines) if lines else "!No changes were found"
    return f"!Contextual Config Diffs:\n{body}\n\n"


@handles("show_archive_incremental")
def show_archive_incremental(session: Session, call: Call) -> str:
    """Lines of the file that the running configuration lacks."""
    wanted = tree_of(read_config_file(session, call.required("first")))
    running = tree_of(session.device.running_text())
    lines = _added_below(running, wanted)
    body = "\n".join(lines) if lines else "!No changes were found"
    return f"!List of Commands:\n{body}\nend\n\n" if lines else f"!List of Commands:\n{body}\n\n"


@handles("archive_config")
def archive_config(session: Session, call: Call) -> str:
    device = session.device
    path = device.running.section("archive").value("path")
    if path is None:
        raise CommandFailed("Archive configuration not enabled. Use the path command to enable it.")
    name = device.archive.next_name(f"{path}{device.clock(session.now):-%b-%d-%H-%M-%S}")
    device.files.write(session.absolute(name), device.running_text().encode(), session.now)
    device.archive.names.append(name)
    return ""


@handles("show_archive")
def show_archive(session: Session, call: Call) -> str:
    archived = session.device.archive.names
    path = session.device.running.section("archive").value("path")
    if path is None:
        return "Archive feature not enabled\n"
    rows = "".join(
        f"  {number:<10} {name}{' <- Most Recent' if number == len(archived) else ''}\n"
        for number, name in enumerate(archived, 1)
    )
    return (
        f"The maximum archive configurations allowed is 10.\nThe next archive file will be named "
        f"{session.device.archive.next_name(path)}\n"
        f" Archive #  Name\n{rows}"
    )


# --- configure replace, confirm, revert -----------------------------------------------------------------------------


@handles("configure_replace")
def configure_replace(session: Session, call: Call) -> str | Dialogue:
    url = call.required("url")
    text = read_config_file(session, url)
    minutes = call.argument("minutes")
    if call.has("force"):
        return _replace(session, text, int(minutes) if minutes else None)
    return _asked(session, text, int(minutes) if minutes else None)


def _asked(session: Session, text: str, minutes: int | None) -> Dialogue:
    answer = yield Ask(
        "Enter Y if you are sure you want to proceed. ? [no]: ",
        before="This will apply all necessary additions and deletions\nto replace the current running configuration "
        "with the\ncontents of the specified configuration file, which is\nassumed to be a complete configuration, not "
        "a partial\nconfiguration. ",
    )
    if not answer.strip().lower().startswith("y"):
        return ""
    return _replace(session, text, minutes)


def _replace(session: Session, text: str, minutes: int | None) -> str:
    device, now = session.device, session.now
    before = device.running_text()
    problems = replace_running(session, text, now)
    if problems:
        listed = "".join(f"% {problem}\n" for problem in problems)
        replace_running(session, before, now)
        return f"{listed}%Rollback failed. The configuration was restored.\nRollback aborted after 5 passes\n"
    if minutes is not None:
        revert_later(session, before, timedelta(minutes=minutes))
        return (
            f"Rollback Confirmed Change: Backing up current running config to {device.family.flash}:\n\n"
            "Total number of passes: 1\nRollback Done\n\n"
        )
    return "Total number of passes: 1\nRollback Done\n\n"


def replace_running(session: Session, text: str, now: datetime) -> list[str]:
    """Make the running configuration that of *text*; gives back what was refused."""
    device = session.device
    present, wanted = without_implied(tree_of(device.running_text())), without_implied(tree_of(text))
    commands = replacing(present, wanted)
    return device.merge(commands, now, sectioned=True)


def revert_later(session: Session, before: str, span: timedelta) -> None:
    """Go back to *before*, unless the change is confirmed."""
    archive = session.device.archive
    planned = archive.plan_rollback(session.now + span, before)

    def revert(now: datetime) -> None:
        if archive.pending is planned:
            archive.confirm()
            replace_running(session, before, now)

    session.device.schedule(planned.due, revert)


@handles("configure_revertible")
def configure_revertible(session: Session, call: Call) -> str:
    """Configuration that goes back by itself, unless ``configure confirm`` follows in time."""
    device = session.device
    path = device.running.section("archive").value("path")
    if path is None:
        raise CommandFailed("%Error: configure revert needs the archive feature. Use the path command to enable it.\n")
    before = device.running_text()
    revert_later(session, before, timedelta(minutes=int(call.required("minutes"))))
    session.frames = [Frame("config", device.running)]
    return (
        f"Rollback Confirmed Change: Backing up current running config to {device.archive.next_name(path)}\n\n"
        "Enter configuration commands, one per line.  End with CNTL/Z.\n"
    )


@handles("configure_confirm")
def configure_confirm(session: Session, call: Call) -> str:
    return "" if session.device.archive.confirm() else _NOTHING_PENDING


@handles("configure_revert")
def configure_revert(session: Session, call: Call) -> str:
    archive = session.device.archive
    if archive.pending is None:
        return _NOTHING_PENDING
    before = archive.pending.text
    minutes = call.argument("minutes")
    if minutes is not None:
        revert_later(session, before, timedelta(minutes=int(minutes)))
        return ""
    archive.confirm()
    replace_running(session, before, session.now)
    return "Total number of passes: 1\nRollback Done\n\n"


@handles("show_rollback_timer")
def show_rollback_timer(session: Session, call: Call) -> str:
    pending = session.device.archive.pending
    if pending is None:
        return _NOTHING_PENDING
    remaining = pending.due - session.now
    minutes = int(remaining.total_seconds() // 60)
    return f"Time configured(mins): {minutes + 1}\nTime remaining(mins): {minutes}\nUser: {session.username}\n"
