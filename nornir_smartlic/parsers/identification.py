"""Which command printed a text."""

from __future__ import annotations

import re
from typing import Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.parsers.commands import full_name
from nornir_smartlic.parsers.texts import SYSLOG, prepare

_CLOCK: Final = re.compile(r"[*.]?\d\d:\d\d:\d\d\.\d{3} \S+ [A-Z][a-z]{2} [A-Z][a-z]{2} \d+ \d{4}")
_RUM: Final = re.compile(r"\d{10}\s+[A-Z]+\s+\S+\s+\S+$")
_FIRST: Final = (  # beginnings of the first line
    ("Smart Licensing Tech Support info", "show license tech support"),
    ("UDI: PID:", "show license udi"),
    ("SlotID", "show license udi"),
    ("Device# ", "show license udi"),
    ("Overall status:", "show license authorization"),
    ("Last Data Push:", "show license authorization"),
    ("License reservation:", "show license reservation"),
    ("Cisco IOS", "show version"),
    ("Cisco Internetwork Operating System", "show version"),
    ("Building configuration", "show running-config"),
    ("Current configuration", "show running-config"),
    ("version 1", "show running-config"),
    ("version 2", "show running-config"),
    ("Index ", "show license"),  # but for the details of right-to-use, below
    ("License Conversion:", "show license data conversion"),
    ("Smart Licensing Usage Report Detail:", "show license rum id detail"),
    ("Smart Licensing Usage Report:", "show license rum id all"),
    ("Message History (", "show license history message"),
    ("**** Event Log", "show license eventlog"),
    (" No EventLog Found", "show license eventlog"),
    ("No EventLog Found", "show license eventlog"),
    ("Profile Name: ", "show call-home profile"),
    ("Current smart-licensing transport", "show call-home smart-licensing"),
    ("Trustpoint ", "show crypto pki trustpoints"),
    ("Current configured crypto throughput", "show platform hardware throughput crypto"),
    ("The current throughput level", "show platform hardware throughput level"),
    ("The current crypto throughput level", "show platform hardware throughput level"),
    ("Syslog logging:", "show logging"),
    (" Slot#", "show license right-to-use"),
    ("Slot#", "show license right-to-use"),
    ("  License Name ", "show license right-to-use"),
    ("License Name ", "show license right-to-use"),
)
_OF_A_LICENSE: Final = ("Feature Description:", "Export status:", "Description: ")
_ANYWHERE: Final = (  # whole lines; the first that is there decides
    ("Upcoming Scheduled Jobs", "show license tech support"),
    ("Product Information", "show license all"),
    ("Usage Reporting:", "show license status"),
    ("License Usage:", "show license summary"),
    ("Registration:", "show license status"),
    ("Smart Licensing is DISABLED", "show license status"),
)


def identify(text: str) -> str | None:
    """The command that printed *text*, in full: by its echo, or else by what is printed; ``None``: not known."""
    try:
        prepared = prepare("", text)
    except ParseError:
        return "show logging" if SYSLOG.search(text) else None
    if prepared.echo is not None:
        words = re.split(r"[#>]", prepared.echo, maxsplit=1)[-1].split("(")[0]
        try:
            return full_name(words)
        except ValueError:
            pass
    lines = prepared.lines
    if re.match(r"Index +\d+:", lines[0]):
        return "show license right-to-use"
    for beginning, command in _FIRST:
        if lines[0].startswith(beginning):
            return command
    stripped = {line.strip() for line in lines}
    for line, command in _ANYWHERE:
        if line in stripped:
            return command
    if any(line.startswith(_OF_A_LICENSE) for line in stripped) or "No licenses in use" in stripped:
        return "show license usage"
    if _RUM.match(lines[0]):  # filtered with | include
        return "show license rum id all"
    if _CLOCK.fullmatch(lines[0]):
        return "show clock"
    return "show logging" if prepared.syslog else None
