"""Configuration commands: how lines come into the running configuration and go, and those that do more than that."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from ipaddress import IPv4Address

from smartlic_lab.agent.events import Log
from smartlic_lab.device import boot
from smartlic_lab.device.commands.registry import (
    Ask,
    Call,
    CommandFailed,
    Dialogue,
    Handlers,
    confirmed,
    invalid_behind,
)
from smartlic_lab.device.configuration import Line, Section, banner_mark
from smartlic_lab.device.factory import interface_names
from smartlic_lab.device.grammar.arguments import interface_name
from smartlic_lab.device.passwords import hashed
from smartlic_lab.device.ports import list_of, numbers_of, vlans
from smartlic_lab.device.session import Frame, Session
from smartlic_lab.device.settings import key_hash

handles = Handlers[Session]()

# --- entering and leaving -------------------------------------------------------------------------------------------


@handles("configure_terminal")
def configure_terminal(session: Session, call: Call) -> str:
    session.frames = [Frame("config", session.device.running)]
    return "Enter configuration commands, one per line.  End with CNTL/Z.\n"


@handles("configure_ask")
def configure_ask(session: Session, call: Call) -> Dialogue:
    answer = yield Ask("Configuring from terminal, memory, or network [terminal]? ")
    if "terminal".startswith(answer.strip().lower()):
        session.frames = [Frame("config", session.device.running)]
        return "Enter configuration commands, one per line.  End with CNTL/Z.\n"
    return '?Must be "terminal", "memory" or "network"\n'


@handles("config_transaction")
def config_transaction(session: Session, call: Call) -> str:
    """Lines go into a copy, and count once they are committed. Unverified: what it prints."""
    session.frames = [Frame("config", session.device.running.copy())]
    session.transaction, session.tries = [], True
    return ""


@handles("commit")
def commit(session: Session, call: Call) -> str:
    """Lines of a transaction count from now on."""
    return _committed(session)


def _committed(session: Session) -> str:
    """Source: public sessions have ``Commit complete.``; unverified: that nothing is left to save."""
    if not session.transaction:
        return "% No modifications to commit.\n"
    lines, session.transaction = session.transaction, []
    session.device.merge(lines, session.now)
    session.device.save(session.now)
    return "Commit complete.\n"


def _ending(session: Session) -> Dialogue:
    """Leave a transaction; what is not committed is asked about. Unverified: the question."""
    if session.transaction:
        answer = yield Ask("Uncommitted changes found, commit them? [yes/no/CANCEL] ")
        wanted = answer.strip().lower()
        if not wanted or not ("yes".startswith(wanted) or "no".startswith(wanted)):
            return ""
        output = _committed(session) if "yes".startswith(wanted) else ""
    else:
        output = ""
    session.frames.clear()
    session.transaction, session.tries = None, False
    return output


def _left(session: Session) -> None:
    """Configuration mode was left: the log says who configured."""
    if session.kind == "system":
        return
    device = session.device
    device.changed_by = session.username
    where = (
        "console by console" if session.kind == "console" else f"console by {session.username} on {session.line_name}"
    )
    source = f" ({session.source})" if session.source else ""
    device.emit(Log(5, "CONFIG_I", f"Configured from {where}{source}", "SYS"), session.now)


@handles("leave_section")
def leave_section(session: Session, call: Call) -> str | Dialogue:
    if session.transaction is not None and len(session.frames) == 1:
        return _ending(session)
    session.frames.pop()
    if not session.frames:
        _left(session)
    return ""


@handles("leave_configuration")
def leave_configuration(session: Session, call: Call) -> str | Dialogue:
    if session.transaction is not None:
        return _ending(session)
    session.frames.clear()
    _left(session)
    return ""


@handles("do")
def do(session: Session, call: Call) -> str:
    return session.do(call.required("command"))


# --- lines ----------------------------------------------------------------------------------------------------------


def set_line(session: Session, call: Call) -> Line | None:
    """Carry out a line as its row says; gives back the line that stands there now."""
    section, match = session.section, call.match
    options = match.row.options
    key, value = match.key, match.words[len(match.key) :]
    if "hidden" in options:
        return None
    if call.default:
        section.remove(*key)
        return None
    if "list" in options:
        return _change_list(section, key, value, call.negated)
    if call.negated:
        if "on" in options:
            return section.put(("no", *key), key)
        present = section.find(*key)
        if "exact" in options and value and present is not None and present.words != match.words:
            raise CommandFailed("Invalid address")
        section.remove(*key)
        return None
    usual = options.get("default")
    if ("on" in options and not value) or (usual is not None and " ".join(value) == usual):
        section.remove(*key)
        return None
    return section.put(match.words, key, opens="opens" in options)


def _change_list(section: Section, key: tuple[str, ...], values: tuple[str, ...], negated: bool) -> Line | None:
    line = section.find(*key)
    present = line.words[len(key) :] if line is not None else ()
    if negated:
        kept = tuple(word for word in present if values and word not in values)
    else:
        kept = (*present, *(word for word in values if word not in present))
    if kept:
        return section.put((*key, *kept), key)
    section.remove(*key)
    return None


def enter(session: Session, call: Call, line: Line | None) -> None:
    """Go into the section that a line opens."""
    mode = call.match.row.options.get("opens")
    if mode is not None and line is not None and line.section is not None:
        session.frames.append(Frame(mode, line.section))


@handles("set")
def set_(session: Session, call: Call) -> str:
    enter(session, call, set_line(session, call))
    return ""


@handles("secure_server")
def secure_server(session: Session, call: Call) -> str:
    """HTTPS needs a certificate, which stays when HTTPS goes (unverified)."""
    line = set_line(session, call)
    if line is not None and not call.negated and not session.tries:
        boot.create_self_signed(session.device.running, session.device.build)
    return ""


@handles("hostname")
def hostname(session: Session, call: Call) -> str:
    name = call.argument("name")
    if not call.negated and name is not None and not re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]{0,62}", name):
        raise CommandFailed("% Hostname contains one or more illegal characters.\n")
    set_line(session, call)
    return ""


@handles("enable_secret")
def enable_secret(session: Session, call: Call) -> str:
    if call.negated or call.default:
        session.section.remove(*call.match.key)
        return ""
    session.section.put((*call.match.key, *_kept_password(call, "enable")), call.match.key)
    return ""


def _kept_password(call: Call, owner: str) -> tuple[str, str]:
    """Type and text of a password as the configuration keeps it."""
    kind, password = call.argument("type") or "0", call.required("password")
    if kind == "0":
        return ("9", hashed(password, owner))
    return (kind, password)


@handles("username")
def username(session: Session, call: Call) -> str | Dialogue:
    name = call.required("name")
    key = ("username", name)
    if call.negated or call.default:
        return _remove_user(session, key) if session.kind != "system" else _forget_user(session, key)
    line = session.section.find(*key)
    words = line.words[2:] if line is not None else ()
    level, secret = call.argument("level"), words[2:] if words[:1] == ("privilege",) else words
    privilege = ("privilege", level) if level else (words[:2] if words[:1] == ("privilege",) else ())
    if call.argument("password"):
        secret = ("secret", *_kept_password(call, name))
    session.section.put((*key, *privilege, *secret), key)
    return ""


def _forget_user(session: Session, key: tuple[str, ...]) -> str:
    session.section.remove(*key)
    return ""


def _remove_user(session: Session, key: tuple[str, ...]) -> Dialogue:
    answer = yield Ask(
        "Do you want to continue? [confirm]",
        before="This operation will remove all username related configurations with same name.",
        single_key=True,
    )
    if confirmed(answer):
        session.section.remove(*key)
    return "\n"


# --- what means more than its line ----------------------------------------------------------------------------------


@handles("domain_lookup")
def domain_lookup(session: Session, call: Call) -> str:
    """The old spelling of ``ip domain lookup``."""
    key = ("ip", "domain", "lookup")
    if call.negated:
        session.section.put(("no", *key), key)
    else:
        session.section.remove(*key)
    return ""


@handles("domain_name")
def domain_name(session: Session, call: Call) -> str:
    """The old spelling of ``ip domain name``."""
    key = ("ip", "domain", "name")
    if call.negated or call.default:
        session.section.remove(*key)
    else:
        session.section.put((*key, call.required("name")), key)
    return ""


@handles("timezone")
def timezone(session: Session, call: Call) -> str:
    if call.negated or call.default:
        session.section.remove(*call.match.key)
    else:
        minutes = call.argument("minutes") or "0"
        words = ("clock", "timezone", call.required("zone"), call.required("hours"), minutes)
        session.section.put(words, call.match.key)
    return ""


@handles("vrf")
def vrf(session: Session, call: Call) -> str:
    name = call.required("name")
    if call.negated or call.default:
        for line in session.device.running.under("interface"):
            if line.section is not None and line.section.value("vrf", "forwarding") == name:
                line.section.remove("vrf", "forwarding")
                line.section.remove("ip", "address")
        session.section.remove(*call.match.key)
        return (
            f"% IPv4 and IPv6 addresses from all interfaces in VRF {name} have been removed\n"
            if session.kind != "system"
            else ""
        )
    enter(session, call, set_line(session, call))
    return ""


_VIRTUAL = ("Loopback", "Vlan", "Port-channel", "Tunnel", "VirtualPortGroup")


@handles("interface")
def interface(session: Session, call: Call) -> str:
    device, name = session.device, call.required("name")
    physical = {known for known, _ in interface_names(device.build)}
    virtual = name.startswith(_VIRTUAL) or "." in name
    if not virtual and name not in physical:
        raise invalid_behind(session.prompt, "interface ")
    line = session.section.find("interface", name)
    if call.negated or call.default:
        if virtual and call.negated:
            session.section.remove("interface", name)
        elif line is not None:
            line.section = Section()
        return f"Interface {name} set to default configuration\n" if call.default else ""
    enter(session, call, session.section.put(("interface", name), opens=True))
    return ""


_RANGE = re.compile(r"([A-Za-z-]+ ?(?:\d+/)*)(\d+)(?: ?- ?(\d+))?")


def _in_range(text: str) -> Iterator[str | None]:
    """The interfaces of ``gi1/0/1 - 4 , te1/1/1``; ``None`` for what is no interface."""
    for part in text.split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            yield None
            continue
        first = int(found[2])
        for number in range(first, int(found[3] or first) + 1):
            yield interface_name(f"{found[1]}{number}")


@handles("interface_range")
def interface_range(session: Session, call: Call) -> str:
    names = list(_in_range(call.required("names")))
    known = {name for name, _ in interface_names(session.device.build)}
    if not names or any(name is None or not (name in known or name.startswith(_VIRTUAL)) for name in names):
        raise invalid_behind(session.prompt, "interface range ")
    lines = [session.section.put(("interface", name), opens=True) for name in names if name is not None]
    sections = tuple(line.section for line in lines if line.section is not None)
    session.frames.append(Frame("config-if", sections[0], sections))
    return ""


@handles("interface_vrf")
def interface_vrf(session: Session, call: Call) -> str:
    section, device = session.section, session.device
    key = ("vrf", "forwarding")
    if call.negated or call.default:
        section.remove(*key)
        return ""
    name = call.required("vrf")
    if not any(device.running.has(*kind, name) for kind in (("vrf", "definition"), ("ip", "vrf"))):
        raise CommandFailed(f"% VRF {name} not configured.")
    changed = section.value(*key) != name
    section.put((*key, name), key)
    if changed and section.remove("ip", "address") and session.kind != "system":
        frame_name = next(
            (line.words[1] for line in device.running.under("interface") if line.section is section), "the interface"
        )
        return f"% Interface {frame_name} IPv4 disabled and address(es) removed due to enabling VRF {name}\n"
    return ""


@handles("access_vlan")
def access_vlan(session: Session, call: Call) -> str:
    """A VLAN that is not there is made. Source: the IOS message of that name."""
    line, number = set_line(session, call), call.argument("number")
    if line is None or number is None or number == "1":
        session.section.remove(*call.match.key)
        return ""
    if any(vlan.number == int(number) for vlan in vlans(session.device)):
        return ""
    session.device.running.put(("vlan", number), opens=True)
    return f"% Access VLAN does not exist. Creating vlan {number}\n" if session.kind != "system" else ""


@handles("allowed_vlans")
def allowed_vlans(session: Session, call: Call) -> str:
    """``switchport trunk allowed vlan``: a list, or what changes the one that stands there."""
    section, key = session.section, call.match.key
    text = call.argument("vlans")
    if call.negated or call.default or call.has("all"):
        section.remove(*key)
        return ""
    try:
        typed = numbers_of(text or "none")
    except ValueError:
        raise CommandFailed("Command rejected: Bad VLAN list") from None
    all_of_them, now = numbers_of("1-4094"), numbers_of(section.value(*key) or "1-4094")
    if call.has("add"):
        typed = now | typed
    elif call.has("remove"):
        typed = now - typed
    elif call.has("except"):
        typed = all_of_them - typed
    if typed == all_of_them:
        section.remove(*key)
    else:
        section.put((*key, list_of(typed)), key)
    return ""


@handles("shutdown")
def shutdown(session: Session, call: Call) -> str:
    name = next(
        (line.words[1] for line in session.device.running.under("interface") if line.section is session.section), ""
    )
    was_down = session.section.has("shutdown")
    if call.negated or call.default:
        session.section.remove("shutdown")
        if was_down and session.kind != "system":
            session.device.emit(Log(3, "UPDOWN", f"Interface {name}, changed state to up", "LINK"), session.now)
    else:
        session.section.put(("shutdown",))
        if not was_down and session.kind != "system":
            text = f"Interface {name}, changed state to administratively down"
            session.device.emit(Log(5, "CHANGED", text, "LINK"), session.now)
    return ""


@handles("line")
def line(session: Session, call: Call) -> str:
    """``line vty 0 4``: a range that lies in a known one goes into that one, one that covers several into them all."""
    words = call.match.words
    if call.negated:
        session.section.remove(*words)
        return ""
    first = int(call.required("first"))
    last = int(call.argument("last") or first)
    covered = []
    for known in session.section.under("line", words[1]):
        numbers = [int(word) for word in known.words[2:]]
        if numbers[0] <= last and first <= numbers[-1] and known.section is not None:
            covered.append(known.section)
    if not covered:
        enter(session, call, session.section.put(words, opens=True))
    else:
        session.frames.append(Frame("config-line", covered[0], tuple(covered) if len(covered) > 1 else ()))
    return ""


@handles("exec_timeout")
def exec_timeout(session: Session, call: Call) -> str:
    key = call.match.key
    if call.negated or call.default:
        session.section.remove(*key)
    else:
        session.section.put((*key, call.required("minutes"), call.argument("seconds") or "0"), key)
    return ""


@handles("ntp_server")
def ntp_server(session: Session, call: Call) -> str:
    host = call.required("host")
    if host[0].isdigit():
        try:
            IPv4Address(host)
        except ValueError as error:
            raise CommandFailed("% Bad IP address or host name") from error
    set_line(session, call)
    if not call.negated and session.kind != "system":
        session.device.watch_ntp(session.now)
    return ""


@handles("banner")
def banner(session: Session, call: Call) -> str:
    kind = call.match.words[1]
    if call.negated or call.default:
        session.section.remove("banner", kind)
        return ""
    if call.argument("text") is None:
        raise CommandFailed("% Incomplete command.\n")
    mark, body = banner_mark(call.required("text"))
    section = session.section

    def finish(lines: list[str]) -> None:
        whole = "\n".join(lines)
        section.put(("banner", kind, f"^C{whole.partition(mark)[0].replace('^C', '')}^C"), ("banner", kind))

    if mark in body:
        finish([body])
        return ""
    session.collect(lambda typed: mark in typed, lambda lines: finish([body, *lines]))
    return f"Enter TEXT message.  End with the character '{mark}'.\n"


@handles("key_string")
def key_string(session: Session, call: Call) -> str:
    """A public key in base64, up to ``exit``; the configuration keeps its hash."""
    section = session.section

    def finish(lines: list[str]) -> None:
        words = " ".join(lines[:-1]).split()
        kind = next((word for word in words if word.startswith(("ssh-", "ecdsa-"))), "ssh-rsa")
        data = "".join(word for word in words if word != kind and "@" not in word)
        try:
            blob = base64.b64decode(data, validate=True)
        except ValueError:
            return
        section.put(("key-hash", kind, key_hash(blob)), ("key-hash", kind))

    session.collect(lambda typed: typed.strip() == "exit", finish, "conf-ssh-pubkey-data")
    return ""


@handles("trustpoint")
def trustpoint(session: Session, call: Call) -> str:
    name = call.required("name")
    if call.negated:
        if not session.section.remove("crypto", "pki", "trustpoint", name):
            raise CommandFailed(f"% Trustpoint '{name}' is not known")
        session.section.remove("crypto", "pki", "certificate", "chain", name)
        return "% Removing an enrolled trustpoint will destroy all certificates\n" if session.kind != "system" else ""
    enter(session, call, session.section.put(call.match.words, opens=True))
    return ""


@handles("certificate")
def certificate(session: Session, call: Call) -> str:
    """Hexadecimal lines up to ``quit``."""
    if call.negated:
        session.section.remove(*call.match.words)
        return ""
    chain = session.section

    def finish(lines: list[str]) -> None:
        section = chain.put(call.match.words, opens=True).section
        assert section is not None
        section.lines.clear()
        for number, text in enumerate(lines[:-1]):
            section.lines.append(Line((text.strip(),), (str(number),)))
        section.lines.append(Line(("\tquit",), ("quit",)))

    session.collect(lambda typed: typed.strip() == "quit", finish, "config-pubkey")  # unverified
    return "" if session.kind == "system" else "Enter the certificate in hexadecimal representation....\n"


@handles("transport_method")
def transport_method(session: Session, call: Call) -> str:
    """``destination transport-method``: http is written by the agent, email is the default; each has its ``no``."""
    key = call.match.words
    if call.negated or call.default:
        if not session.section.remove(*key) and key[-1] == "email":
            session.section.put(("no", *key), key)
    else:
        session.section.put(key)
    return ""


@handles("crypto_key")
def crypto_key(session: Session, call: Call) -> str | Dialogue:
    if call.negated:
        return ""
    bits = call.argument("bits")
    name = call.argument("label") or _key_name(session)
    return _generated(name, bits) if bits or session.kind == "system" else _asked_for_bits(name)


def _key_name(session: Session) -> str:
    """Host and domain, as far as there is one."""
    domain = session.device.running.value("ip", "domain", "name")
    return f"{session.device.hostname}.{domain}" if domain else session.device.hostname


def _asked_for_bits(name: str) -> Dialogue:
    answer = yield Ask(
        "How many bits in the modulus [2048]: ",
        before=f"The name for the keys will be: {name}\n"
        "Choose the size of the key modulus in the range of 512 to 4096 for your\n"
        "  General Purpose Keys. Choosing a key modulus greater than 512 may take\n  a few minutes.\n\n",
    )
    return _generated(name, answer.strip() or "2048").partition("\n\n")[2]


def _generated(name: str, bits: str | None) -> str:
    bits = bits or "2048"
    return (
        f"The name for the keys will be: {name}\n\n"
        f"% The key modulus size is {bits} bits\n"
        f"% Generating {bits} bit RSA keys, keys will be non-exportable...\n[OK] (elapsed time was 0 seconds)\n\n"
    )
