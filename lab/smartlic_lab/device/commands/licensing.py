"""Licensing commands: EXEC ones are events for the Smart Agent, configuration ones are lines with rules."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from nornir_smartlic.model import Secret
from smartlic_lab.agent.events import (
    Action,
    AuthorizationRequested,
    AuthorizationRequestSaveRequested,
    AuthorizationReturned,
    Deregistered,
    Event,
    EventlogCleared,
    FactoryResetRequested,
    FileImported,
    Print,
    Registered,
    Renewed,
    ReservationCancelled,
    ReservationInstalled,
    ReservationRequested,
    ReservationReturned,
    Scope,
    SyncRequested,
    TrustRequested,
    TrustRequestSaveRequested,
    UsageSaveRequested,
    WriteFile,
)
from smartlic_lab.device import settings
from smartlic_lab.device.commands.configuring import enter, set_line
from smartlic_lab.device.commands.registry import Ask, Call, CommandFailed, Dialogue, Handlers, invalid_behind
from smartlic_lab.device.session import Session
from smartlic_lab.device.throughput import configured_throughput, needs_authorization

handles = Handlers[Session]()

_UNUSED_FOR_NOW = "The requested item was not found"  # Source: reference/cli.md section 3, code 143


_DAYS_KEPT = 36_500  # nothing is older


def _scope(call: Call) -> Scope:
    return Scope.ALL if call.has("all") else Scope.LOCAL


def _tell(session: Session, event: Event, path: str | None = None) -> str:
    """Give the agent an event: what it prints is the output, what it writes goes to the file at *path*."""
    return _carried_out(session, session.device.feed(event, session.now), path)


def _tell_of_codes(session: Session, event: Event) -> str:
    """The same, where an authorization code may come or go: enforced licences come in use with it."""
    output = _tell(session, event)
    session.device.report_usage(session.now)
    return output


def _carried_out(session: Session, actions: list[Action], path: str | None) -> str:
    output = ""
    for action in actions:
        match action:
            case Print(text):
                output += text if text.endswith("\n") else f"{text}\n"
            case WriteFile(content) if path is not None:
                session.device.files.write(session.absolute(path), content.encode(), session.now)
            case _:
                pass
    return output


# --- EXEC, SLP ------------------------------------------------------------------------------------------------------


@handles("license_trust")
def license_trust(session: Session, call: Call) -> str:
    return _tell(session, TrustRequested(Secret(call.required("token")), _scope(call), call.has("force")))


@handles("license_sync")
def license_sync(session: Session, call: Call) -> str:
    return _tell(session, SyncRequested(_scope(call)))


@handles("license_save_usage")
def license_save_usage(session: Session, call: Call) -> str:
    days, rum_id, path = call.argument("days"), call.argument("id"), call.required("path")
    session.device.files.path_of(session.absolute(path))  # a bad name must not close reports
    event = UsageSaveRequested(
        all=call.has("all"),
        unreported=call.has("unreported"),
        days=min(int(days), _DAYS_KEPT) if days else None,
        rum_id=int(rum_id) if rum_id else None,
    )
    return _tell(session, event, path)


@handles("license_save_trust_request")
def license_save_trust_request(session: Session, call: Call) -> str:
    return _tell(session, TrustRequestSaveRequested(), call.required("path"))


@handles("license_import")
def license_import(session: Session, call: Call) -> str:
    data = session.device.files.read(session.absolute(call.required("path")))
    return _tell_of_codes(session, FileImported(data.decode(errors="replace")))


@handles("license_authorization_request")
def license_authorization_request(session: Session, call: Call) -> str:
    count = int(call.argument("count") or 1)
    event = AuthorizationRequested(call.required("feature"), _scope(call), replace=call.has("replace"), count=count)
    return _tell_of_codes(session, event)


@handles("license_authorization_save")
def license_authorization_save(session: Session, call: Call) -> str:
    return _tell(session, AuthorizationRequestSaveRequested(), call.required("path"))


@handles("license_authorization_return")
def license_authorization_return(session: Session, call: Call) -> str:
    path, device = call.argument("path"), session.device
    export = device.family.entitlement("hseck9")
    needed = needs_authorization(device.family, configured_throughput(device.running))
    needed = needed or device.running.has("license", "feature", "hseck9")
    event = AuthorizationReturned(
        _scope(call),
        online=call.has("online"),
        to_file=path is not None,
        configured=(export,) if needed and export is not None else (),
    )
    return _tell(session, event, path)


@handles("license_export_return")
def license_export_return(session: Session, call: Call) -> str:
    """Legacy export keys are not emulated; the answer is that of a device that has none (unverified)."""
    return f"{_UNUSED_FOR_NOW}\n"


@handles("license_clear_eventlog")
def license_clear_eventlog(session: Session, call: Call) -> str:
    return _tell(session, EventlogCleared())


@handles("license_factory_reset")
def license_factory_reset(session: Session, call: Call) -> str:
    return _tell(session, FactoryResetRequested())


# --- EXEC, before 17.3.2 --------------------------------------------------------------------------------------------


@handles("license_register")
def license_register(session: Session, call: Call) -> str:
    return _tell(session, Registered(Secret(call.required("token")), call.has("force")))


@handles("license_deregister")
def license_deregister(session: Session, call: Call) -> str:
    return _tell(session, Deregistered())


@handles("license_renew")
def license_renew(session: Session, call: Call) -> str:
    return _tell(session, Renewed(identity=call.has("id")))


@handles("license_conversion")
def license_conversion(session: Session, call: Call) -> str:
    return ""


@handles("license_reservation_request")
def license_reservation_request(session: Session, call: Call) -> str:
    return _tell(session, ReservationRequested(_scope(call), universal=call.has("universal")))


@handles("license_reservation_install")
def license_reservation_install(session: Session, call: Call) -> str:
    path = call.argument("path")
    code = call.argument("code") or ""
    if path is not None:
        code = session.device.files.read(session.absolute(path)).decode(errors="replace").strip()
    return _tell(session, ReservationInstalled(code))


@handles("license_reservation_return")
def license_reservation_return(session: Session, call: Call) -> Dialogue:
    """Source: license-smart-reservation/c9300-slr-request-return."""
    answer = yield Ask(
        "Do you want to continue? [yes/no]: ",
        before="This command will remove the license reservation authorization code and the device will transition "
        "back to the unregistered state.\nSome features may not function properly.\n",
    )
    if not answer.strip().lower().startswith("y"):
        return ""
    return _tell(session, ReservationReturned(_scope(call)))


@handles("license_reservation_cancel")
def license_reservation_cancel(session: Session, call: Call) -> str:
    return _tell(session, ReservationCancelled())


# --- configuration --------------------------------------------------------------------------------------------------


@handles("license_enable")
def license_enable(session: Session, call: Call) -> str:
    """Visible without effect under SLP, a switch before it. Source: reference/cli.md section 2."""
    key = ("license", "smart", "enable")
    if session.device.release.slp:
        return ""
    if call.negated:
        session.section.put(("no", *key), key)
    else:
        session.section.remove(*key)
    return ""


@handles("license_privacy")
def license_privacy(session: Session, call: Call) -> str:
    """``all`` stands for both."""
    prefix = ("license", "smart", "privacy")
    for what in ("hostname", "version") if call.match.words[3] == "all" else (call.match.words[3],):
        if call.negated or call.default:
            session.section.remove(*prefix, what)
        else:
            session.section.put((*prefix, what))
    return ""


@handles("license_url_default")
def license_url_default(session: Session, call: Call) -> str:
    """Sets the URL of CSSM. Source: reference/cli.md section 4, both lines appear."""
    prefix = ("license", "smart", "url")
    if call.negated or call.default:
        session.section.remove(*prefix)
        session.section.remove(*prefix, "smart")
    else:
        session.section.put((*prefix, settings.CSSM_URL), prefix)
        if session.device.release.slp:
            session.section.put((*prefix, "smart", settings.CSSM_URL), (*prefix, "smart"))
    return ""


@handles("license_url")
def license_url(session: Session, call: Call) -> str:
    url = call.argument("url")
    if not call.negated and url is not None and not url.startswith(("http://", "https://")):
        raise CommandFailed("% Invalid URL")  # unverified
    set_line(session, call)
    if call.match.key == ("license", "smart", "url", "smart") and not session.restores:
        # "url smart" shows a "url" line too: reference/cli.md section 4
        if call.negated or call.default:
            session.section.remove("license", "smart", "url")
        elif url is not None:
            session.section.put(("license", "smart", "url", url), ("license", "smart", "url"))
    return ""


@handles("license_vrf")
def license_vrf(session: Session, call: Call) -> str:
    name = call.argument("vrf")
    known = session.device.running
    if (
        not call.negated
        and not call.default
        and not any(known.has(*kind, name or "") for kind in (("vrf", "definition"), ("ip", "vrf")))
    ):
        raise CommandFailed(f"% VRF {name} not configured.")  # unverified
    set_line(session, call)
    return ""


@handles("callhome_profile")
def callhome_profile(session: Session, call: Call) -> str:
    """A profile's name may be typed without the quotes that the configuration shows (reference/cli.md section 2)."""
    name = " ".join(call.match.words[1:]).strip('"')
    shown = f'"{name}"'
    known = (line.key for line in session.section.under("profile") if line.key[1].strip('"').lower() == name.lower())
    key = next(known, ("profile", shown))
    if call.negated or call.default:
        session.section.remove(*key)
    else:
        enter(session, call, session.section.put(key, key, opens=True))
    return ""


# Source: mock data of two platforms, reference/cli.md section 2.
_NEXT_BOOT = "% use 'write' command to make license boot config take effect on next boot\n\n"


@handles("license_boot_level")
def license_boot_level(session: Session, call: Call) -> str:
    return _license_level(session, call, ("license", "boot", "level"))


@handles("license_air_level")
def license_air_level(session: Session, call: Call) -> str:
    return _license_level(session, call, ("license", "air", "level"))


def _license_level(session: Session, call: Call, key: tuple[str, ...]) -> str:
    words = call.match.words
    several = session.device.family.boot.style == "isr"  # technology packages, each with its line
    if call.negated or call.default:
        level = words[len(key)] if len(words) > len(key) else None
        for line in list(session.section.under(*key)):
            if level is None or not several or line.words[len(key)] == level:
                session.section.remove(*line.key)
    else:
        session.section.put(words, words[: len(key) + 1] if several else key)
    return _NEXT_BOOT if session.kind != "system" else ""


@handles("platform_line")
def platform_line(session: Session, call: Call) -> str:
    """Any line on the platform, but not the throughput levels of other families."""
    if call.required("rest").split()[:2] == ["hardware", "throughput"]:
        raise invalid_behind(session.prompt, "platform hardware ")
    set_line(session, call)
    return ""


@handles("throughput")
def throughput(session: Session, call: Call) -> str:
    """A level above the unrestricted one needs a SLAC for hseck9. Source: reference/policy.md section 5.

    A virtual router takes it at once, and logs it; a physical one at the next boot.
    """
    device = session.device
    family, key = device.family, call.match.key
    if call.negated or call.default:
        session.section.remove(*key)
    else:
        name = call.match.words[-1]
        steps = family.models[device.build.members[0].pid].throughputs
        if steps and int(name) not in steps:
            raise invalid_behind(session.prompt, "platform hardware throughput level ")
        is_export = session.kind != "system" and needs_authorization(family, name)
        if is_export and not device.authorized("hseck9", session.now):
            # unverified: the text of the refusal
            raise CommandFailed("% Error: HSEC license authorization is not installed, throughput level is not changed")
        session.section.put((*key, name), key)
    if session.kind == "system" or "virtual" in family.traits:
        return ""
    return "% These values don't take effect until the next reboot. Please save the configuration.\n"


@handles("license_feature")
def license_feature(session: Session, call: Call) -> str:
    """``license feature hseck9``, which needs its SLAC; unverified: the text of the refusal."""
    key, device = ("license", "feature", "hseck9"), session.device
    if call.negated or call.default:
        session.section.remove(*key)
        return ""
    if session.kind != "system" and device.release.slp and not device.authorized("hseck9", session.now):
        raise CommandFailed("% Error: HSEC license authorization is not installed, feature hseck9 is not enabled")
    session.section.put(key)
    return ""


@handles("license_boot_suite")
def license_boot_suite(session: Session, call: Call) -> str:
    """Source: show-version/genielibs-isr4351-17.9.8-suite.txt and its configuration."""
    key = ("license", "boot", "suite")
    if call.negated or call.default:
        session.section.remove(*key)
    else:
        session.section.put(call.match.words, key)
    return _NEXT_BOOT if session.kind != "system" else ""
