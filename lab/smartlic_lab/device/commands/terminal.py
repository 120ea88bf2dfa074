"""Commands on the terminal itself: privilege, length, width, messages, leaving."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from smartlic_lab.device.commands.registry import Ask, Call, Dialogue, Handlers
from smartlic_lab.device.passwords import matches
from smartlic_lab.device.session import ALIASES, Session
from smartlic_lab.device.tcl import TclShell

handles = Handlers[Session]()

_TRIES = 3


@handles("enable")
def enable(session: Session, call: Call) -> str | Dialogue:
    level = int(call.argument("level") or 15)
    if session.privilege >= level:
        session.privilege = level
        return ""
    return _ask_secret(session, level)


def _ask_secret(session: Session, level: int) -> Dialogue:
    configuration = session.device.running
    stored = configuration.value("enable", "secret") or configuration.value("enable", "password")
    if stored is None and session.kind != "console":
        return "% No password set\n"
    if stored is None:  # the console needs none
        session.privilege = level
        return ""
    for _ in range(_TRIES):
        answer = yield Ask("Password: ", hide=True)
        if matches(stored, answer):
            session.privilege = level
            return ""
    return "% Bad secrets\n\n"


@handles("disable")
def disable(session: Session, call: Call) -> str:
    session.privilege = int(call.argument("level") or 1)
    return ""


@handles("leave")
def leave(session: Session, call: Call) -> str:
    session.close()
    return ""


@handles("nothing")
def nothing(session: Session, call: Call) -> str:
    return ""


@handles("terminal_length")
def terminal_length(session: Session, call: Call) -> str:
    session.terminal_length = int(call.required("lines"))
    return ""


@handles("terminal_width")
def terminal_width(session: Session, call: Call) -> str:
    session.terminal_width = int(call.required("columns"))
    return ""


@handles("terminal_default")
def terminal_default(session: Session, call: Call) -> str:
    if call.has("length"):
        session.terminal_length = 24
    else:
        session.terminal_width = 80
    return ""


@handles("terminal_monitor")
def terminal_monitor(session: Session, call: Call) -> str:
    session.monitors = not call.has("no")
    return ""


@handles("terminal_timestamp")
def terminal_timestamp(session: Session, call: Call) -> str:
    session.timestamps = not call.has("no")
    return ""


@handles("show_privilege")
def show_privilege(session: Session, call: Call) -> str:
    return f"Current privilege level is {session.privilege}\n"


@handles("show_history")
def show_history(session: Session, call: Call) -> str:
    return "".join(f"  {line}\n" for line in session.history)


@handles("show_sessions")
def show_sessions(session: Session, call: Call) -> str:
    return "% No connections open\n"


@handles("show_aliases")
def show_aliases(session: Session, call: Call) -> str:
    configured = {line.words[2]: line.words[3] for line in session.device.running.under("alias", "exec")}
    rows = {**ALIASES, **configured}
    return "Exec mode aliases:\n" + "".join(f"  {name:<22}{meant}\n" for name, meant in rows.items()) + "\n"


def _transport(session: Session, way: str) -> str:
    """What the line's ``transport input|output`` allows. Unverified: what is said where there is no such line."""
    kind = "vty" if session.kind == "vty" else "console"
    for line in session.device.running.under("line", kind):
        numbers = [int(word) for word in line.words[2:]]
        if line.section is not None and numbers[0] <= session.number <= numbers[-1]:
            return line.section.value("transport", way) or ("telnet ssh" if kind == "vty" else "none")
    return "none"


@handles("show_terminal")
def show_terminal(session: Session, call: Call) -> str:
    return (
        f'Line {session.number}, Location: "", Type: "xterm"\n'
        f"Length: {session.terminal_length} lines, Width: {session.terminal_width} columns\n"
        "Baud rate (TX/RX) is 9600/9600, no parity, 1 stopbits, 8 databits\n"
        "Status: PSI Enabled, Ready, Active, No Exit Banner\n"
        f"Allowed input transports are {_transport(session, 'input')}.\n"
        f"Allowed output transports are {_transport(session, 'output')}.\n"
    )


@handles("tclsh")
def tclsh(session: Session, call: Call) -> str:
    """The Tcl shell; a script that is named is not run, since the lab has no Tcl."""
    if call.argument("path") is not None:
        session.device.files.read(session.absolute(call.required("path")))
        return ""

    def write(url: str, text: str, appending: bool) -> None:
        session.write_file(url, text, appending=appending)

    session.tcl = TclShell(session.run, write)
    return ""
