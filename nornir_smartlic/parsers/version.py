"""``show version``: what licensing needs of it. Source: reference/outputs.md section 12."""

from __future__ import annotations

import re
from typing import Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import DeviceVersion, Udi
from nornir_smartlic.parsers.texts import Text

_VERSION: Final = re.compile(r"Version (\d[\w.()]*)")
_PROCESSOR: Final = re.compile(r"[Cc]isco (\S+) (?:\(.*\) )?(?:\(.*\) )?processor\b")
_THROUGHPUT: Final = re.compile(r"The current throughput level is (\d+) kbps")


def device_version(command: str, text: Text) -> tuple[DeviceVersion, tuple[str, ...]]:
    """The release, the platform and the licence levels; raises `ParseError` where the text is no ``show version``.

    The output is prose and inventory for the larger part, so only a line that begins with a licensing word is counted
    as unparsed.
    """
    found: dict[str, str] = {}
    models: list[str] = []
    serials: list[str] = []
    unparsed: list[str] = []
    levels: list[tuple[str | None, str | None]] | None = None
    for number, line in enumerate(text.lines):
        if not line:
            continue
        if levels is not None and line[0] not in "-T" and (row := _package_row(line)):
            levels.append(row)
            continue
        if "Version" in line and "release" not in found and (match := _VERSION.search(line)) and "ROM" not in line:
            found["release"] = match.group(1)
        if " uptime is " in line and "hostname" not in found:
            found["hostname"], _, found["uptime"] = line.partition(" uptime is ")
        elif line.startswith("Technology-package") and "Current" not in line:
            levels = []
        elif match := _PROCESSOR.match(line):
            found["platform"] = match.group(1)
        elif match := _THROUGHPUT.match(line):
            found["throughput"] = match.group(1)
        elif line.startswith('System image file is "'):
            found["image"] = line.partition('"')[2].rstrip('"')
        else:
            key, colon, value = line.partition(":")
            key = key.strip()
            if key in _FIELDS:
                found.setdefault(_FIELDS[key], value.strip())
            elif key == "Model Number":
                models.append(value.strip())
            elif key == "System Serial Number":
                serials.append(value.strip())
            elif line.startswith("Processor board ID "):
                found["board"] = line.removeprefix("Processor board ID ").strip()
            elif key in _IGNORED or not colon:
                continue
            elif key.startswith(("License", "Smart Licens", "AIR", "Next reload")):
                unparsed.append(line)
        del number
    if "release" not in found:
        raise ParseError(command, "expected a line with 'Version'", line_number=text.first, line=text.lines[0])
    if "platform" not in found:
        raise ParseError(
            command,
            "the output is not whole: the line 'cisco MODEL ... processor' is missing",
            line_number=text.number(len(text.lines) - 1),
            line=text.lines[-1],
        )
    return _device(found, models, serials, levels or []), tuple(unparsed)


_FIELDS: Final = {
    "Last reload reason": "reload_reason",
    "License Level": "boot_level",
    "Next reload license Level": "next_boot_level",
    "Addon License Level": "addon_level",
    "Next reload addon license Level": "next_addon_level",
    "AIR License Level": "air_level",
    "Next reload AIR license Level": "next_air_level",
    "Smart Licensing Status": "licensing_status",
}
_IGNORED: Final = {"License Type", "Addon License Type"}


def _package_row(line: str) -> tuple[str | None, str | None] | None:
    """``network-advantage   Smart License   network-advantage`` of the Catalyst table: current, at next reload."""
    columns = re.split(r" {2,}", line.strip())
    if len(columns) != 3 or "License" not in columns[1]:
        return None
    return _level(columns[0]), _level(columns[2])


def _level(value: str | None) -> str | None:
    return None if value in (None, "", "None") else value


def _device(
    found: dict[str, str], models: list[str], serials: list[str], packages: list[tuple[str | None, str | None]]
) -> DeviceVersion:
    members = tuple(Udi(pid, sn) for pid, sn in zip(models, serials, strict=False) if pid and sn)
    udi = members[0] if members else None
    if udi is None and "board" in found:
        udi = Udi(found["platform"], found["board"])
    boot = packages[0] if packages else (_level(found.get("boot_level")), _level(found.get("next_boot_level")))
    addon = (
        packages[1] if len(packages) > 1 else (_level(found.get("addon_level")), _level(found.get("next_addon_level")))
    )
    return DeviceVersion(
        release=_normalised(found["release"]),
        hostname=found.get("hostname"),
        udi=udi,
        platform=found["platform"],
        members=members if len(members) > 1 else (),
        uptime=found.get("uptime"),
        image=found.get("image"),
        reload_reason=found.get("reload_reason"),
        boot_level=boot[0],
        next_boot_level=boot[1],
        addon_level=addon[0],
        next_addon_level=addon[1],
        air_level=_level(found.get("air_level")),
        next_air_level=_level(found.get("next_air_level")),
        throughput_kbps=int(found["throughput"]) if "throughput" in found else None,
        licensing_status=found.get("licensing_status"),
    )


def _normalised(release: str) -> str:
    """``17.07.01prd16`` -> ``17.7.1prd16``."""
    return ".".join(part.lstrip("0") or "0" if part[:1] == "0" else part for part in release.split("."))
