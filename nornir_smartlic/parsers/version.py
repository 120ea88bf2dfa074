"""``show version``: what licensing needs of it. Source: reference/outputs.md section 12."""

from __future__ import annotations

import re
from typing import Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import DeviceVersion, LicensePackage, Udi
from nornir_smartlic.parsers.texts import Text

_VERSION: Final = re.compile(r"Version (\d[\w.()]*)")
_PROCESSOR: Final = re.compile(r"[Cc]isco (\S+) \(.*(?:processor|revision)|[Cc]isco (\S+) processor")
_THROUGHPUT: Final = re.compile(r"The current throughput level is (\d+) kbps")
_OLD_LEVEL: Final = re.compile(r"(.*?)(?:\.|  ) *Type: (.+)")  # "License Level: entservices   Type: Permanent"


def device_version(command: str, text: Text) -> tuple[DeviceVersion, tuple[str, ...]]:
    """The release, the platform and the licence levels; raises `ParseError` where the text is no ``show version``.

    The output is prose and inventory for the larger part, so only a line that begins with a licensing word is counted
    as unparsed.
    """
    found: dict[str, str] = {}
    models: list[str] = []
    serials: list[str] = []
    packages: list[LicensePackage] = []
    unparsed: list[str] = []
    addresses = 0
    memory = False  # whether the lines behind the serial number were there
    columns = 0  # of the table of packages that is being read; 0: none
    for line in text.lines:
        if not line:
            continue
        if "release" not in found and (match := _VERSION.search(line)) and "ROM" not in line:
            found["release"] = match.group(1)
        key, _, value = line.partition(":")
        key, value = key.strip(), value.strip()
        if columns and (row := _package(line, columns)) is not None:
            packages.append(row)
        elif " uptime is " in line and "hostname" not in found:
            found["hostname"], _, found["uptime"] = line.partition(" uptime is ")
        elif line.startswith(("Technology-package", "Technology ", "Suite  ")):
            columns = 3 if line.startswith("Technology-package") else 4
        elif match := _PROCESSOR.match(line):
            found.setdefault("platform", match.group(1) or match.group(2))
            columns = 0
        elif match := _THROUGHPUT.match(line):
            found["throughput"] = match.group(1)
        elif line.startswith('System image file is "'):
            found["image"] = line.partition('"')[2].rstrip('"')
        elif key in _FIELDS:
            found.setdefault(_FIELDS[key], value)
        elif key == "Model Number":
            models.append(value)
        elif key == "Base Ethernet MAC Address":
            addresses += 1
        elif key == "System Serial Number":
            serials.append(value)
        elif " bytes of " in line:
            memory = True
        elif line.startswith("Processor board ID "):
            found["board"] = line.removeprefix("Processor board ID ").split(" ")[0].strip(",")
        elif line.startswith(_LICENSING) and value:
            unparsed.append(line.strip())
    if "release" not in found:
        raise ParseError(command, "expected a line with 'Version'", line_number=text.number(0), line=text.lines[0])
    for missing, there in (
        ("cisco MODEL ... processor", "platform" in found),
        ("Processor board ID", "board" in found or serials),
        ("bytes of ... memory", memory),
        ("System Serial Number", len(serials) >= addresses),
    ):
        if there:
            continue
        raise ParseError(
            command,
            f"the output is not whole: a line '{missing}' is missing",
            line_number=text.number(len(text.lines) - 1),
            line=text.lines[-1],
        )
    return _device(found, models, serials, packages), tuple(unparsed)


_FIELDS: Final = {
    "Last reload reason": "reload_reason",
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
}
_LICENSING: Final = ("License ", "Addon License", "Smart Licensing ", "AIR License", "Next reload ", "Next reboot ")


def _package(line: str, columns: int) -> LicensePackage | None:
    """A row of a table of packages: columns are apart by two blanks or more."""
    words = re.split(r" {2,}", line.strip())
    if len(words) != columns or words[0] in ("Current", "Technology", "Suite"):
        return None
    technology = words.pop(0) if columns == 4 else None
    current, kind, following = (_level(word) for word in words)
    return LicensePackage(technology, current, kind, following)


def _level(value: str | None) -> str | None:
    return None if value in (None, "", "None") else value


def _device(
    found: dict[str, str], models: list[str], serials: list[str], packages: list[LicensePackage]
) -> DeviceVersion:
    members = tuple(Udi(pid, sn) for pid, sn in zip(models, serials, strict=False) if pid and sn)
    udi = members[0] if members else None
    if udi is None and found.get("board"):
        udi = Udi(found["platform"], found["board"])
    if old := _OLD_LEVEL.fullmatch(found.get("boot_level", "")):
        found["boot_level"], found["license_type"] = old.group(1).strip(), old.group(2).strip()
    levels = {name: _level(found.get(name)) for name in _FIELDS.values()}
    catalyst = [package for package in packages if package.technology is None]
    if catalyst:
        levels["boot_level"], levels["next_boot_level"] = catalyst[0].current, catalyst[0].next_boot
    if len(catalyst) > 1:
        levels["addon_level"], levels["next_addon_level"] = catalyst[1].current, catalyst[1].next_boot
    return DeviceVersion(
        release=_normalised(found["release"]),
        hostname=found.get("hostname"),
        udi=udi,
        platform=found["platform"],
        members=members if len(members) > 1 else (),
        uptime=found.get("uptime"),
        image=found.get("image"),
        throughput_kbps=int(found["throughput"]) if "throughput" in found else None,
        packages=tuple(packages),
        **levels,
    )


def _normalised(release: str) -> str:
    """``17.07.01prd16`` -> ``17.7.1prd16``."""
    return ".".join(part.lstrip("0") or "0" if part[:1] == "0" else part for part in release.split("."))
