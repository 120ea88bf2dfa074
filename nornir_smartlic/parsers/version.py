"""``show version``: a line at a time, since the output has hardly any sections. Source: reference/outputs.md 12.

Each line is of one kind; the kind says which values stand in it. Lines of law and licence terms hold no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import (
    DeviceDetails,
    DeviceVersion,
    LicensePackage,
    Processor,
    SoftwareBuild,
    StackMemberLine,
    Udi,
)
from nornir_smartlic.parsers.texts import Text

FIELDS: Final = {  # lines "key: value" on licences, and the field of each
    "License Level": "boot_level",
    "License Type": "license_type",
    "Next reload license Level": "next_boot_level",
    "Next reboot license Level": "next_boot_level",
    "Addon License Level": "addon_level",
    "Addon License Type": "addon_license_type",
    "Next reload addon license Level": "next_addon_level",
    "AIR License Level": "air_level",
    "Next reload AIR license Level": "next_air_level",
    "Smart Licensing Status": "licensing_status",
    "Last reload reason": "reload_reason",
}
PROSE: Final = (  # lines that are the same everywhere
    "Technical Support: http://www.cisco.com/techsupport",
    "All rights reserved. Certain components of Cisco IOS-XE software are",
    'licensed under the GNU General Public License ("GPL") Version 2.0. The',
    "software code licensed under GPL Version 2.0 is free software that comes",
    "with ABSOLUTELY NO WARRANTY. You can redistribute and/or modify such",
    "GPL code under the terms of GPL Version 2.0. For more details, see the",
    'documentation or "License Notice" file accompanying the IOS-XE software,',
    "or the applicable URL provided on the flyer accompanying the IOS-XE",
    "software.",
    "This product contains cryptographic features and is subject to United",
    "States and local country laws governing import, export, transfer and",
    "use. Delivery of Cisco cryptographic products does not imply",
    "third-party authority to import, export, distribute or use encryption.",
    "Importers, exporters, distributors and users are responsible for",
    "compliance with U.S. and local country laws. By using this product you",
    "agree to comply with applicable laws and regulations. If you are unable",
    "to comply with U.S. and local laws, return this product immediately.",
    "A summary of U.S. laws governing Cisco cryptographic products may be found at:",
    "http://www.cisco.com/wwl/export/crypto/tool/stqrg.html",
    "If you require further assistance please contact us by sending email to",
    "export@cisco.com.",
    "Technology Package License Information:",
    "Technology-package Technology-package",
    "Current Type Next reboot",
    "Technology Technology-package Technology-package",
    "Suite Suite Current Type Suite Next reboot",
    "Switch Ports Model SW Version SW Image Mode",
    "Switch Ports Model SW Version SW Image",
    "GPL code under the terms of GPL Version 2.0.",
    "(http://www.gnu.org/licenses/gpl-2.0.html) For more details, see the",
    "Technology Type Technology-package Technology-package",
    "Current Next Reboot",
    "Cisco Internetwork Operating System Software",
)
_PROSE: Final = {line: number for number, line in enumerate(PROSE)}
_KINDS: Final = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("xe", r"Cisco IOS XE Software, Version (\S+(?: - .+)?)"),
        (
            "software",
            r"Cisco IOS Software(?P<bracket> \[(?P<train>[^\]]*)\])?, (?P<product>.+?) \((?P<image>[^)]+)\), "
            r"(?P<experimental>Experimental )?Version (?P<version>[^\s,]+)(?P<label>,? .+)?",
        ),
        (
            "software_tm",
            r"IOS \(tm\) (?P<product>.+?) \((?P<image>[^)]+)\), Version (?P<version>[^\s,]+)(?P<label>,? .+)?",
        ),
        ("copyright", r"Copyright \(c\) (\S.*) by [Cc]isco Systems, Inc\."),
        ("xe_copyright", r"Cisco IOS-XE software, Copyright \(c\) (\S.*) by cisco Systems, Inc\."),
        ("compiled", r"Compiled (\S+ \S+ \S+) by (\S+)"),
        ("rom", r"ROM: (.+)"),
        ("boot_loader", r"BOOTLDR: (.+)"),
        ("processor_uptime", r"Uptime for this control processor is (.+)"),
        ("uptime", r"(\S+) uptime is (.+)"),
        ("returned", r"System returned to ROM by (.+?)(?: at (\d\d:\d\d:\d\d .+))?"),
        ("restarted", r"System restarted at (.+)"),
        ("image", r'System image file is "(.+)"'),
        ("throughput", r"The current throughput level is (\d+) kbps"),
        ("crypto_throughput", r"The current crypto throughput level is (\d+) kbps"),
        ("suite_module", r"Suite License Information for Module:'(.+)'"),
        ("row_of_stack", r"(\*?) *(\d+) (\d+) (\S+) (\S+) (\S+)(?: (INSTALL|BUNDLE))?"),
        (
            "processor",
            r"([Cc]isco|Allen-Bradley) (\S+) (?:\((\S+)\) )?(?:processor )?(?:\(revision (\S+)\) )?"
            r"with (\d+)K(?:/(\d+)K)? bytes of (?:physical )?memory\.",
        ),
        ("board", r"Processor board ID (.+)"),
        ("mode", r"Router operating mode: (.+)"),
        ("memory", r"(\d+)K bytes of (.+)\."),
        ("interface", r"(1) (.+?) interface"),
        ("interface", r"(?!1 )(\d+) (.+?) interfaces"),
        ("installation", r"Installation mode is (\S+)"),
        ("switch", r"Switch (\d+)"),
        ("register", r"Configuration register is (.+)"),
        ("rule", r"-+(?: -+)*"),
        ("level", rf"({'|'.join(FIELDS)}):(?: (.*))?"),
        ("inventory", r"((?:[\w-]{1,30} ){1,5}(?:[Nn]umber|Address|ID|uptime|version|Name|reason)) :(?: (.*))?"),
        ("hardware", r"(\d+) ((?=\S*[A-Za-z])[\w./()-]+(?: [\w./()-]+)*)"),
    )
)


def kinds(lines: list[str]) -> Iterator[tuple[str, str, re.Match[str] | None]]:
    """Of each line that is not empty: its kind, its words, and the match with its values.

    Rows of the tables of packages have no pattern of their own: they are recognised by what stands above them. What
    stands once is unknown where it stands again, and so is all that stands behind the configuration
    register, the last line.
    """
    table = ""
    seen: set[str] = set()
    for line in lines:
        words = " ".join(line.split())
        if not words:
            continue
        if "register" in seen:
            yield "unknown", line.strip(), None
            continue
        if words in _PROSE:
            table = _table(words) or table
            yield f"prose:{_PROSE[words]}", words, None
            continue
        for kind, pattern in _KINDS:
            found = pattern.fullmatch(words)
            if found is not None:
                if kind not in ("rule", "level"):
                    table = ""
                once = kind if kind != "level" else f"level {found[1]}"
                if once in seen or (kind in _OF_A_BUILD and not seen & {"software", "software_tm"}):
                    yield "unknown", line.strip(), None
                else:
                    yield kind, words, found
                if kind not in _OFTEN:
                    seen.add(once)
                break
        else:
            free = "remark" if _FREE.fullmatch(words) else "unknown"
            yield table if table and _is_row(table, line) else free, line.strip(), None


_OF_A_BUILD: Final = ("copyright", "xe_copyright", "compiled")  # said of the software that stands above them
_OFTEN: Final = ("rule", "memory", "interface", "hardware", "switch", "inventory", "row_of_stack")


def _table(heading: str) -> str:
    """The kind of the rows below *heading*."""
    if heading.startswith("Suite "):
        return "suite"
    if heading == "Technology Technology-package Technology-package":
        return "technology"
    if heading == "Technology Type Technology-package Technology-package":
        return "typed"
    return "package" if heading == "Technology-package Technology-package" else ""


def _is_row(table: str, line: str) -> bool:
    if table == "typed":
        return len(line.split()) > 3
    columns = _columns(line)
    if table == "suite" and len(columns) == 1:
        return " " not in columns[0]
    return len(columns) == {"package": 3, "technology": 4, "suite": 4}[table]


def _columns(line: str) -> list[str]:
    return re.split(r"\s{2,}|\t", line.strip())


def _typed(line: str) -> list[str]:
    """The columns of routers since 17.x, which a single blank may part: technology, current, type, next reboot."""
    *head, current, following = line.split()
    technology = " ".join(head[:2]) if head[:2] == ["Smart", "License"] else head[0]
    return [technology, current, " ".join(head[len(technology.split()) :]), following]


_VERSION: Final = re.compile(r"Version (\d[\w.()]*)")
_ADDRESS: Final = "Base Ethernet Mac Address"
_PLATFORM: Final = re.compile(r"(?:[Cc]isco|Allen-Bradley) (?:(\S+) \(.*(?:processor|revision)|(\S+) processor)")
_FREE: Final = re.compile(  # lines of old products, of radios, and of routers that a controller manages
    r"License Mode: \S.*|The current (?:crypto )?throughput level is unthrottled\.?|Last reset from \S.*"
    r"|The password-recovery mechanism is (?:en|dis)abled\.|\d+ 802\.11 Radio(?:\(s\))?"
    r"|\S+ processor: part number \d+, mask \d+|\d+K bytes of processor board System flash \(Read/Write\)"
    r"|.* CPU at [\d.]+[GM]Hz,? .*|\w+ Revision \d+, \w+ Revision \S+|License Information for '\S+'"
)
_OLD_LEVEL: Final = re.compile(r"(.*?)(?:\.|\s) *Type: (.+)")  # "License Level: entservices   Type: Permanent"


class _Draft:
    """What has been read so far."""

    def __init__(self) -> None:
        self.one: dict[str, tuple[str | None, ...]] = {}  # the values of kinds that stand once; the first counts
        self.levels: dict[str, str] = {}
        self.packages: list[LicensePackage] = []
        self.suites: list[tuple[str, list[str]]] = []
        self.interfaces: list[tuple[int, str]] = []
        self.hardware: list[tuple[int, str]] = []
        self.memories: list[tuple[int, str]] = []
        self.stack: list[StackMemberLine] = []
        self.inventory: list[tuple[int | None, list[tuple[str, str | None]]]] = []
        self.remarks: list[str] = []
        self.unparsed: list[str] = []
        self.release: str | None = None
        self.platform: str | None = None


def device_version(command: str, text: Text) -> tuple[DeviceVersion, tuple[str, ...]]:
    """The release, the platform, the licence levels, and the rest in its details.

    A few free lines of old releases are kept as remarks; any other line that is not known is unparsed.

    Raises:
        ParseError: the text is no ``show version``, or only a part of it.
    """
    draft = _Draft()
    kind = ""
    for kind, words, found in kinds(text.lines):
        _take(draft, kind, words, found)
    switches = [{key.title() for key, _ in pairs} for _, pairs in draft.inventory]
    whole = [keys for keys in switches if "System Serial Number" in keys]
    # Some wireless controllers tell their address alone; unverified.
    begun = [keys for keys in switches if _ADDRESS in keys and (len(keys) > 1 or kind == "inventory")]
    if draft.release is None:
        raise ParseError(command, "expected a line with 'Version'", line_number=text.number(0), line=text.lines[0])
    for missing, there in (
        ("cisco MODEL ... processor", draft.platform is not None),
        ("Processor board ID", "board" in draft.one or bool(whole)),
        ("bytes of ... memory", bool(draft.memories)),
        ("System Serial Number", all(keys in whole for keys in begun)),
    ):
        if not there and text.partial:
            text.missing.append(missing)
        elif not there:
            raise ParseError(
                command,
                f"the output is not whole: a line '{missing}' is missing",
                line_number=text.number(len(text.lines) - 1),
                line=text.lines[-1],
            )
    return _device(draft, draft.release), tuple(draft.unparsed)


def _take(draft: _Draft, kind: str, words: str, found: re.Match[str] | None) -> None:
    """One line into *draft*."""
    if draft.release is None and "ROM" not in words and (version := _VERSION.search(words)):
        draft.release = version.group(1)
    if draft.platform is None and (platform := _PLATFORM.match(words)):
        draft.platform = platform.group(1) or platform.group(2)
    if kind in ("package", "technology", "suite", "typed"):
        _take_row(draft, kind, _typed(words) if kind == "typed" else _columns(words))
    elif found is None:
        if kind == "remark":
            draft.remarks.append(" ".join(words.split()))
        elif kind == "unknown":
            draft.unparsed.append(words)
    elif kind == "level":
        draft.levels.setdefault(FIELDS[found[1]], (found[2] or "").strip())
    elif kind == "memory":
        draft.memories.append((int(found[1]), found[2]))
    elif kind == "hardware":
        draft.hardware.append((int(found[1]), found[2]))
    elif kind == "interface":
        draft.interfaces.append((int(found[1]), found[2]))
    elif kind == "row_of_stack":
        own, switch, ports, *more = found.groups()
        draft.stack.append(StackMemberLine(own == "*", int(switch), int(ports), *more))
    elif kind == "switch":
        draft.inventory.append((int(found[1]), []))
    elif kind == "inventory":
        if not draft.inventory:
            draft.inventory.append((None, []))
        draft.inventory[-1][1].append((found[1], found[2] or None))
    elif kind != "rule":
        draft.one.setdefault(kind, found.groups())


def _take_row(draft: _Draft, kind: str, columns: list[str]) -> None:
    if len(columns) == 1:  # a feature of the suite above
        if draft.suites:
            draft.suites[-1][1].append(columns[0])
        return
    technology = columns.pop(0) if kind != "package" else None
    if kind == "suite" and technology is not None:
        draft.suites.append((technology, []))
    current, what, following = (_level(column) for column in columns)
    draft.packages.append(LicensePackage(technology, current, what, following, type_first=kind == "typed"))


def _level(value: str | None) -> str | None:
    return None if value in (None, "", "None") else value


def _device(draft: _Draft, release: str) -> DeviceVersion:
    inventories = [{key.title(): value for key, value in pairs} for _, pairs in draft.inventory]
    members = tuple(
        Udi(model, serial)
        for each in inventories
        if (model := each.get("Model Number")) and (serial := each.get("System Serial Number"))
    )
    udi = members[0] if members else None
    platform = draft.platform or ""
    board = (draft.one.get("board", (None,))[0] or "").split(" ")[0].strip(",")
    if udi is None and board and platform:
        udi = Udi(platform, board)
    levels = draft.levels
    if old := _OLD_LEVEL.fullmatch(levels.get("boot_level", "")):
        levels["boot_level"], levels["license_type"] = old.group(1).strip(), old.group(2).strip()
    fields: dict[str, Any] = {name: _level(levels.get(name)) for name in FIELDS.values()}
    catalyst = [package for package in draft.packages if package.technology is None]
    if catalyst:
        fields["boot_level"] = fields["boot_level"] or catalyst[0].current
        fields["next_boot_level"] = fields["next_boot_level"] or catalyst[0].next_boot
    if len(catalyst) > 1:
        fields["addon_level"], fields["next_addon_level"] = catalyst[1].current, catalyst[1].next_boot
    for package in draft.packages:
        if package.technology == "Smart License":  # routers since 17.x
            level = "addon_level" if package.type == "Subscription" else "boot_level"
            fields[level], fields[f"next_{level}"] = package.current, package.next_boot
    hostname, uptime = draft.one.get("uptime", (None, None))
    throughput = draft.one.get("throughput", (None,))[0]
    crypto = draft.one.get("crypto_throughput", (None,))[0]
    return DeviceVersion(
        release=_normalised(release),
        hostname=hostname,
        udi=udi,
        platform=platform or None,
        members=members if len(members) > 1 else (),
        uptime=uptime,
        image=draft.one.get("image", (None,))[0],
        throughput_kbps=None if throughput is None else int(throughput),
        crypto_throughput_kbps=None if crypto is None else int(crypto),
        packages=tuple(draft.packages),
        details=_details(draft),
        **fields,
    )


def _details(draft: _Draft) -> DeviceDetails:
    one = draft.one
    processor = one.get("processor")
    returned_by, returned_at = one.get("returned", (None, None))
    first = {kind: values[0] for kind, values in one.items()}
    return DeviceDetails(
        build=_build(one) if "software" in one or "software_tm" in one else None,
        rom=first.get("rom"),
        boot_loader=first.get("boot_loader"),
        processor_uptime=first.get("processor_uptime"),
        returned_by=returned_by,
        returned_at=returned_at,
        restarted_at=first.get("restarted"),
        processor=None if processor is None else _processor(*processor),
        board_id=first.get("board"),
        operating_mode=first.get("mode"),
        interfaces=tuple(draft.interfaces),
        hardware=tuple(draft.hardware),
        memories=tuple(draft.memories),
        installation_mode=first.get("installation"),
        inventory=tuple((switch, tuple(pairs)) for switch, pairs in draft.inventory),
        stack=tuple(draft.stack),
        suites=tuple((suite, tuple(features)) for suite, features in draft.suites),
        suite_module=first.get("suite_module"),
        configuration_register=first.get("register"),
        remarks=tuple(draft.remarks),
    )


def _build(one: dict[str, tuple[str | None, ...]]) -> SoftwareBuild:
    train = experimental = None
    if "software" in one:
        _bracket, train, product, image, experimental, version, label = one["software"]
    else:
        product, image, version, label = one["software_tm"]
    compiled, compiled_by = one.get("compiled", (None, None))
    return SoftwareBuild(
        product=product or "",
        image=image or "",
        version=version or "",
        experimental=experimental is not None,
        label=(label or "").lstrip(", ") or None,
        xe_version=one.get("xe", (None,))[0],
        train=train or None,
        copyright=one.get("copyright", (None,))[0],
        xe_copyright=one.get("xe_copyright", (None,))[0],
        compiled=compiled,
        compiled_by=compiled_by,
    )


def _processor(
    brand: str | None, model: str | None, kind: str | None, revision: str | None, main: str | None, io: str | None
) -> Processor:
    made_by = "cisco" if brand is None or brand == "Cisco" else brand
    return Processor(model or "", kind, revision, int(main or 0), None if io is None else int(io), made_by)


def _normalised(release: str) -> str:
    """``17.07.01prd16`` -> ``17.7.1prd16``."""
    return ".".join(part.lstrip("0") or "0" if part[:1] == "0" else part for part in release.split("."))
