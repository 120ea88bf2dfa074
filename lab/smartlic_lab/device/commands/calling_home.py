"""``show call-home ...`` and ``call-home test``: one state, that of the configuration and of what was sent.

Source: the lines that genieparser's parsers of these commands name. Unverified: their order and margins, and each text
that says so below.
"""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

from nornir_smartlic.model import CallHomeProfile, SmartCallHome, TransportType
from smartlic_lab.agent.events import CALLHOME_URL, Log
from smartlic_lab.device import routing, settings
from smartlic_lab.device.callhome import PREDEFINED, error_of, mail_servers, profile_named, profiles
from smartlic_lab.device.commands.registry import Call, CommandFailed, Handlers, invalid_behind
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.printing import printed
from smartlic_lab.device.session import Session
from smartlic_lab.world.network import DeliveryFailed, Origin, Outcome
from smartlic_lab.world.wire import Message, MessageKind, WireError, decode_reply, encode_message

handles = Handlers[Session]()

_SMTP: Final = 25


@handles("show_call_home_licensing")
def show_call_home_licensing(session: Session, call: Call) -> str:
    running = session.device.running
    profile = profiles(running)[0]
    value = SmartCallHome(
        messages_enabled=settings.callhome_url(running) is not None,
        profile=profile.name,
        profile_active=profile.active,
        urls=profile.http_addresses or (CALLHOME_URL,),
    )
    return printed(session.device, "show call-home smart-licensing", value)


@handles("show_call_home_profile")
def show_call_home_profile(session: Session, call: Call) -> str:
    """``profile all``, or the one that is named."""
    name, running = call.argument("profile"), session.device.running
    if name is None:
        found = profiles(running)
    else:
        one = profile_named(running, name)
        if one is None:
            raise invalid_behind(session.prompt, "show call-home profile ")  # unverified
        found = (one,)
    return printed(session.device, "show call-home profile", found) + "\n"


_ALERT_GROUPS = (
    ("configuration", "configuration info"),
    ("crash", "crash and traceback info"),
    ("diagnostic", "diagnostic info"),
    ("environment", "environmental info"),
    ("inventory", "inventory info"),
    ("snapshot", "snapshot info"),
    ("syslog", "syslog info"),
)


@handles("show_call_home_detail")
def show_call_home_detail(session: Session, call: Call) -> str:
    """``show call-home`` with the profile written out."""
    settings_text, _, _ = str(show_call_home(session, call)).partition("Profiles:\n")
    return f"{settings_text}Profiles:\n\n{show_call_home_profile(session, call)}"


@handles("show_call_home")
def show_call_home(session: Session, call: Call) -> str:
    """Source: the lines that genieparser's ShowCallHome names; their order and margins are unverified."""
    running = session.device.running
    home = running.section("call-home")
    unset = "Not yet set up"

    def word(*key: str) -> str:
        return home.value(*key) or unset

    active = "ACTIVE" if profiles(running)[0].active else "INACTIVE"
    profile = f"    Profile: {PREDEFINED} (status: {active})\n"
    privacy = next((line.text.removeprefix("data-privacy level ") for line in home.under("data-privacy")), "normal")
    return (
        "Current call home settings:\n"
        f"    call home feature : {'enable' if running.has('service', 'call-home') else 'disable'}\n"
        "    call home message's from address: Not yet set up\n"
        "    call home message's reply-to address: Not yet set up\n\n"
        f"    vrf for call-home messages: {word('vrf')}\n\n"
        f"    contact person's email address: {word('contact-email-addr')}\n\n"
        f"    contact person's phone number: {word('phone-number')}\n"
        f"    street address: {word('street-address')}\n"
        f"    customer ID: {word('customer-id')}\n"
        f"    contract ID: {word('contract-id')}\n"
        f"    site ID: {word('site-id')}\n\n"
        "    source ip address: Not yet set up\n"
        f"    source interface: {word('source-interface')}\n"
        f"{_mail_servers(home)}"
        f"    http proxy: {word('http-proxy')}\n"
        "    http secure:\n"
        "        server identity check: "
        f"{'disabled' if home.denied('http', 'secure', 'server-identity-check') else 'enabled'}\n"
        "    http resolve-hostname: default\n\n"
        f"    Diagnostic signature: enabled\n{profile}\n"
        f"    Smart licensing messages: {'enabled' if settings.callhome_url(running) else 'disabled'}\n{profile}\n"
        "    aaa-authorization: disable\n"
        "    aaa-authorization username: callhome (default)\n"
        f"    data-privacy: {privacy}\n"
        f"    syslog throttling: {'disable' if home.denied('syslog-throttling') else 'enable'}\n\n"
        f"    Rate-limit: {home.value('rate-limit') or 20} message(s) per minute\n\n"
        "    Snapshot command: Not yet set up\n\n"
        f"{show_call_home_alert_groups(session, call)}\n"
        "Profiles:\n" + "".join(f"    Profile Name: {one.name}\n" for one in profiles(running))
    )


def _mail_servers(home: Section) -> str:
    return (
        "".join(
            f"    Mail-server[{number}]: Address: {address} Priority: {priority} Secure: none\n"
            for number, (address, priority) in enumerate(mail_servers(home), 1)
        )
        or "    Mail-server: Not yet set up\n"
    )


@handles("show_call_home_alert_groups")
def show_call_home_alert_groups(session: Session, call: Call) -> str:
    groups = "".join(f"    {name:<24} Enable  {text}\n" for name, text in _ALERT_GROUPS)
    return (
        "Available alert groups:\n"
        "    Keyword                  State   Description\n"
        f"    {'-' * 24} {'-' * 7} {'-' * 31}\n"
        f"{groups}"
    )


@handles("show_call_home_mail_servers")
def show_call_home_mail_servers(session: Session, call: Call) -> str:
    """Each is asked, by the network that reports go through."""
    device = session.device
    text = "Please wait. Checking for mail server status ...\n\n"
    found = mail_servers(device.running.section("call-home"))
    for number, (address, priority) in enumerate(found, 1):
        state = "Available" if _takes_mail(device, address, session.now) else "Not Available"
        text += f"    Mail-server[{number}]: Address: {address} Priority: {priority}  Secure: none [{state}]\n"
    return text if found else f"{text}    Mail-server: Not yet set up\n"


def _origin(device: Machine, now: datetime) -> Origin:
    return routing.licensing_origin(device.name, device.running, device.clock(now), TransportType.CALLHOME)


def _takes_mail(device: Machine, server: str, now: datetime) -> bool:
    origin = _origin(device, now)
    address = device.network.resolve(origin, server)
    return address is not None and device.network.probe(origin, address, _SMTP) is Outcome.ANSWERED


# --- what was sent --------------------------------------------------------------------------------------------------


def _waiting(device: Machine) -> Counter[MessageKind]:
    """Licensing messages of which call-home does not know yet what becomes of them."""
    if device.settings().transport is not TransportType.CALLHOME:
        return Counter()
    return Counter(message.kind for message in device.agent.unanswered())


# What a row is called. Unverified, as are all of the texts; a kind that is not here has its own name.
_SUBTYPES: Final = {MessageKind.AUTHORIZATION_RENEWAL: "ENTITLEMENT"}
_GROUPS: Final = ("Config", "Crash", "Diagnostic", "Environment", "Inventory", "Snapshot", "SysLog", "Test", "SCH")


@handles("show_call_home_licensing_statistics")
def show_call_home_licensing_statistics(session: Session, call: Call) -> str:
    """What the Smart Agent sent over call-home since the boot. Unverified: all of the texts."""
    device, waiting = session.device, _waiting(session.device)
    zone = f"{device.clock(session.now):%z}"
    text = "Success: Successfully sent and response received.\n"
    text += "Failed : Failed to send or response indicated error occurred.\n"
    text += "Inqueue: In queue waiting to be sent.\nDropped: Dropped due to incorrect call-home configuration.\n\n"
    heading = f"Msg Subtype                Success  Failed   Inqueue  Dropped  Last-sent (GMT{zone[:3]}:{zone[3:]})"
    text += f"{heading}\n{'-' * len(heading)}\n"
    counts = device.called_home.by_kind
    for kind in dict.fromkeys((*counts, *waiting)):
        count = device.called_home.licensing(kind)
        sent = "n/a" if count.last_sent is None else f"{count.last_sent:%Y-%m-%d %H:%M:%S}"
        name = _SUBTYPES.get(kind, kind.value.upper().replace(" ", "_"))
        text += f"{name:<26} {count.success:<8} {count.failed:<8} {waiting[kind]:<8} {count.dropped:<8} {sent}\n"
    return text + "\n"


@handles("show_call_home_statistics")
def show_call_home_statistics(session: Session, call: Call) -> str:
    """Tests, and the licensing messages of ``show call-home smart-licensing statistics``: those that were taken.

    Unverified: that licensing messages count here, in the row SCH; and that a ratelimit of nothing is all there is.
    """
    calls = session.device.called_home
    tests, licensing = calls.tests, calls.by_kind.values()
    numbers = {  # of a group: tests by email, tests by HTTP, licensing messages
        "Success": (tests["email"].success, tests["http"].success, sum(count.success for count in licensing)),
        "In-Queue": (0, 0, _waiting(session.device).total()),
        "Failed": (tests["email"].failed, tests["http"].failed, sum(count.failed for count in licensing)),
        "Ratelimit": (0, 0, 0),
    }
    text = "Message Types    Total                Email                HTTP\n"
    text += "-------------    -------------------- -------------------- ------------------\n"
    for group, (mailed, posted, sent) in numbers.items():
        rows = {"Test": (mailed, posted), "SCH": (0, sent)}
        text += f"Total {group:<10} {mailed + posted + sent:<20} {mailed:<20} {posted + sent}\n"
        for kind in _GROUPS:
            email, http = rows.get(kind, (0, 0))
            text += f"    {kind:<12} {email + http:<20} {email:<20} {http}\n"
        text += "\n"
    last = calls.last_sent
    when = "n/a" if last is None else f"{last:%Y-%m-%d %H:%M:%S GMT}{last:%z}"
    return f"{text}Last call-home message sent time: {when}\n"


@handles("call_home_test")
def call_home_test(session: Session, call: Call) -> str:
    """A test message goes to the profile's address, or to the mail servers; what became of it is counted and logged.

    Unverified: all of the texts.
    """
    device, name = session.device, call.argument("profile") or PREDEFINED
    profile = profile_named(device.running, name)
    if not device.running.has("service", "call-home"):
        raise CommandFailed("Call-home is not enabled")
    if profile is None:
        raise CommandFailed(f"Profile {name} does not exist")
    if not profile.active or not (profile.http_addresses or profile.email_addresses):
        raise CommandFailed(f"Profile {profile.name} is not active or has no address")
    count = device.called_home.tests[profile.transport]
    failure = _test_failure(device, profile, session.now)
    if failure is None:
        count.succeed(device.clock(session.now))
    else:
        count.failed += 1
        device.emit(failure, session.now)
    return "Sending test call-home message....\nPlease wait. This may take some time ...\n"


def _test_failure(device: Machine, profile: CallHomeProfile, now: datetime) -> Log | None:
    """What is logged of a test that did not get through; ``None``: it did. Unverified: the texts."""
    if profile.transport == "email":
        servers = mail_servers(device.running.section("call-home"))
        if any(_takes_mail(device, address, now) for address, _ in servers):
            return None
        text = "Unable to send notification using all SMTP servers (ERR 6, error in connecting to SMTP server)"
        return Log(3, "SMTP_SEND_FAILED", text, "CALL_HOME")
    url = profile.http_addresses[0]
    # the lab's authorities take no call-home message but licensing's: the one that asks nothing stands for the test
    udi, software = device.build.members[0], device.family.software_id
    hello = Message(MessageKind.HELLO, 0, udi, (udi,), device.clock(now), None, software, None, None)
    try:
        decode_reply(device.network.send(_origin(device, now), url, encode_message(hello)))
    except DeliveryFailed as failed:
        error = error_of(failed.reason)
    except WireError:
        error = error_of("")
    else:
        return None
    return Log(3, "HTTP_REQUEST_FAILED", f"failed to send HTTP request to : {url} ({error})", "CALL_HOME")
