"""``show version``, as lines: the licence levels in the form of the family, the rest as all of IOS-XE prints it.

Source: the captures of show version; the order of lines is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nornir_smartlic.model import (
    DeviceDetails,
    DeviceVersion,
    LicensePackage,
    Processor,
    SoftwareBuild,
    StackMemberLine,
)
from nornir_smartlic.model.version import CONTROLLER_MANAGED
from smartlic_lab.show.printer import Printer
from smartlic_lab.show.style import Style

Lines = list[str]

# Lines that are the same everywhere. Source: show-version/*.txt
SUPPORT: Final = "Technical Support: http://www.cisco.com/techsupport"
TERMS: Final = (
    "All rights reserved.  Certain components of Cisco IOS-XE software are",
    'licensed under the GNU General Public License ("GPL") Version 2.0.  The',
    "software code licensed under GPL Version 2.0 is free software that comes",
    "with ABSOLUTELY NO WARRANTY.  You can redistribute and/or modify such",
    "GPL code under the terms of GPL Version 2.0.  For more details, see the",
    'documentation or "License Notice" file accompanying the IOS-XE software,',
    "or the applicable URL provided on the flyer accompanying the IOS-XE",
    "software.",
)
CRYPTO: Final = (
    "This product contains cryptographic features and is subject to United",
    "States and local country laws governing import, export, transfer and",
    "use. Delivery of Cisco cryptographic products does not imply",
    "third-party authority to import, export, distribute or use encryption.",
    "Importers, exporters, distributors and users are responsible for",
    "compliance with U.S. and local country laws. By using this product you",
    "agree to comply with applicable laws and regulations. If you are unable",
    "to comply with U.S. and local laws, return this product immediately.",
    "",
    "A summary of U.S. laws governing Cisco cryptographic products may be found at:",
    "http://www.cisco.com/wwl/export/crypto/tool/stqrg.html",
    "",
    "If you require further assistance please contact us by sending email to",
    "export@cisco.com.",
)
PACKAGES: Final = "Technology Package License Information: "
CATALYST_HEADING: Final = (
    "Technology-package                                     Technology-package",
    "Current                        Type                       Next reboot  ",
)
ISR_HEADING: Final = (
    "Technology    Technology-package           Technology-package",
    "              Current       Type           Next reboot  ",
)
TYPED_HEADING: Final = (  # unverified
    "Technology     Type         Technology-package Technology-package",
    "                            Current            Next Reboot       ",
)
SUITE_HEADING: Final = "Suite                 Suite Current         Type           Suite Next reboot     "
STACK_HEADING: Final = (
    "Switch Ports Model              SW Version        SW Image              Mode   ",
    "------ ----- -----              ----------        ----------            ----   ",
)
_OTHER: Final = (  # of old releases, which no device of the lab runs; a saved text may have them
    "Switch Ports Model SW Version SW Image",
    "GPL code under the terms of GPL Version 2.0.",
    "(http://www.gnu.org/licenses/gpl-2.0.html) For more details, see the",
    "Cisco Internetwork Operating System Software",
)
_MEMORY: Final = {"SD Flash at sdflash:": "SD Flash  at sdflash:"}  # Source: show-version/genie-ie3105.txt
PROSE: Final = {  # by its words
    " ".join(line.split()): line
    for line in (
        SUPPORT, *TERMS, *CRYPTO, PACKAGES, *CATALYST_HEADING, *ISR_HEADING, *TYPED_HEADING, SUITE_HEADING,
        STACK_HEADING[0], *_OTHER,
    )
    if line
}  # fmt: skip
LEVELS: Final = {  # lines "key: value" on licences, and the field of each
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


def device_version(shown: DeviceVersion, style: Style) -> Lines:
    """``show version``; of a saved text, the lines of the kinds that it has."""
    kinds = style.order(())
    return in_order(shown, kinds) if kinds else _document(shown)


# --- as a device prints it ------------------------------------------------------------------------------------------


def _document(shown: DeviceVersion) -> Lines:
    details = shown.details or DeviceDetails(build=None)
    line = {kind: lines[0] for kind, lines in _lines(shown).items() if lines}
    return [
        *_software(details.build, line),
        *([] if details.build is None else _terms(details.build, line)),
        *([line["rom"]] if details.rom else []),
        line["boot_loader"] if details.boot_loader else "",
        *([line["uptime"]] if shown.uptime else []),
        *([line["processor_uptime"]] if details.processor_uptime else []),
        *([line["returned"]] if details.returned_by else []),
        *([line["restarted"]] if details.restarted_at else []),
        *([line["image"]] if shown.image else []),
        *([line["level:Last reload reason"]] if shown.reload_reason else []),
        *("", "", "", *CRYPTO, ""),
        *_licences(shown, details, line),
        *_machine(details, line),
    ]


def _software(build: SoftwareBuild | None, line: dict[str, str]) -> Lines:
    if build is None:
        return []
    released = not build.experimental
    label = "," if (build.label or "").startswith("RELEASE") else ""
    bracket = "" if build.train else "[]" if build.xe_version else ""
    return [
        *([line["xe"]] if build.xe_version else []),
        line[f"software{bracket}{label}"],
        *([SUPPORT] if released else []),
        *([line["copyright"]] if build.copyright else []),
        *([line["compiled"]] if build.compiled else []),
    ]


def _terms(build: SoftwareBuild, line: dict[str, str]) -> Lines:
    return ["", "", line["xe_copyright"], *TERMS, "", ""] if build.xe_copyright else [""]


def _licences(shown: DeviceVersion, details: DeviceDetails, line: dict[str, str]) -> Lines:
    """The levels in use and after a reload, the throughput, and the model of licensing."""
    lines: Lines = []
    if details.operating_mode == CONTROLLER_MANAGED:  # in place of levels; Source: corrections-2026-11.md
        lines += [*(remark for remark in details.remarks if remark.startswith("License Mode: ")), ""]
    if details.suites:
        lines += ["", "", f"Suite License Information for Module:'{details.suite_module}' ", ""]
        lines += ["-" * 80, SUITE_HEADING, "-" * 80]
        for number, (suite, features) in enumerate(details.suites):
            package = next(package for package in shown.packages if package.technology == suite)
            lines += [*([""] if number else []), _suite(package), *features]
        lines.append("")
    technologies = _technologies(shown, details)
    if technologies:
        lines += ["", *([] if details.suites else [""]), PACKAGES, "", "-" * 65]
        if _is_typed(shown, technologies):
            lines += [*TYPED_HEADING, "-" * 65, *map(_typed, technologies), ""]
        else:
            lines += [*ISR_HEADING, "-" * 66, *map(_technology, technologies), ""]
    catalyst = [package for package in shown.packages if package.technology is None]
    if catalyst:
        lines += ["", PACKAGES, "", "-" * 78, *CATALYST_HEADING, "-" * 78]
        widths = (20, 30)  # of the last column, of the level and of its addon
        lines += [_catalyst(package, width) for package, width in zip(catalyst, widths, strict=False)]
    elif not technologies and (shown.license_type is not None or shown.boot_level is not None):
        addon = shown.addon_license_type is not None or shown.addon_level is not None
        for level, kind, following in (
            ("License Level", "License Type", "Next reload license Level"),
            *([("Addon License Level", "Addon License Type", "Next reload addon license Level")] if addon else []),
        ):
            typed = getattr(shown, LEVELS[kind]) is not None
            lines += [line[f"level:{key}"] for key in (level, *([kind] if typed else []), following)]
            lines.append("")
    air = shown.air_level is not None or shown.next_air_level is not None
    if air:
        lines += [line["level:AIR License Level"], line["level:Next reload AIR license Level"]]
    for kind, kbps in (("throughput", shown.throughput_kbps), ("crypto_throughput", shown.crypto_throughput_kbps)):
        if kbps is not None:
            lines += [line[kind] + (" " if technologies else ""), "", ""]
    if shown.licensing_status is not None:
        if catalyst or air:
            lines += ["", ""] if catalyst else [""]
        lines += [line["level:Smart Licensing Status"], ""]
    elif not (technologies and shown.throughput_kbps is None):
        lines.append("")
    return lines


def _technologies(shown: DeviceVersion, details: DeviceDetails) -> list[LicensePackage]:
    suites = {suite for suite, _ in details.suites}
    return [package for package in shown.packages if package.technology and package.technology not in suites]


def _is_typed(shown: DeviceVersion, technologies: list[LicensePackage]) -> bool:
    """Whether the table has the type before the package; unverified: of 17.10 and later, and of ``Smart License``."""
    release = [int(part) for part in re.findall(r"\d+", shown.release)[:2]]
    return release >= [17, 10] or any(package.technology == "Smart License" for package in technologies)


def _typed(package: LicensePackage) -> str:
    following = package.next_boot or "None"
    kind = package.type or "None"
    return f"{package.technology:<14} {kind:<12} {package.current or 'None':<18} {following:<18}"


def _catalyst(package: LicensePackage, width: int) -> str:
    following = package.next_boot or "None"
    return f"{package.current or 'None':<24}{package.type or 'None':<33}{following:<{width}}"


def _technology(package: LicensePackage) -> str:
    columns = (package.technology, package.current, package.type)
    return "".join([f"{column or 'None':<17}" for column in columns]) + (package.next_boot or "None")


def _suite(package: LicensePackage) -> str:
    following = package.next_boot or "None"
    return f"{package.technology:<22}{package.current or 'None':<22}{package.type or 'None':<15}{following:<22}"


def _machine(details: DeviceDetails, line: dict[str, str]) -> Lines:
    """From the model's name to the configuration register."""
    found = _details(details)
    lines = [
        *([line[f"processor:{details.processor.brand} processor"]] if details.processor else []),
        *([line["board"]] if details.board_id else []),
        *([line["mode"]] if details.operating_mode else []),
        *found["interface"],
        *found["hardware"],
        *found["memory"],
        *([f"{line['installation']} "] if details.installation_mode and not details.inventory else []),
        "",
    ]
    for number, (switch, pairs) in enumerate(details.inventory):
        if switch is not None:
            lines += ["", *([""] if details.stack else []), f"Switch {switch:02d}", "---------"]
        for key, value in pairs:
            lines += [f"{_inventory(key, value)} ", ""] if key == "Switch uptime" else [_inventory(key, value)]
        if number == 0 and details.stack:
            lines += ["", "", *STACK_HEADING, *map(_member, details.stack)]
    if details.installation_mode and details.inventory:
        lines += ["", "", line["installation"]]
    if details.configuration_register is not None:
        lines += [*([""] if details.inventory or details.installation_mode else []), line["register"]]
        lines = _register_apart(lines, details)
    return lines


def _register_apart(lines: Lines, details: DeviceDetails) -> Lines:
    """Two empty lines stand before the register where there is an inventory or an installation mode, one elsewhere."""
    if details.inventory:
        return [*lines[:-1], "", lines[-1], ""]
    return [*lines, ""]


def _member(row: StackMemberLine) -> str:
    mark = "*" if row.own else " "
    line = f"{mark}{row.switch:>5} {row.ports:<5} {row.model:<18} {row.version:<17} {row.image:<21} {row.mode or ''}"
    return line.rstrip()


def _inventory(key: str, value: str | None) -> str:
    return f"{key:<35}: {value or ''}"


# --- line by line, for a saved text ---------------------------------------------------------------------------------


def in_order(shown: DeviceVersion, kinds: tuple[str, ...]) -> Lines:
    """The lines of these *kinds*, with the values of *shown*: ``rule:`` with its dashes, ``prose:`` with its words."""
    values = {kind: iter(lines) for kind, lines in _lines(shown).items()}
    drawn = []
    for kind in kinds:
        head, _, tail = kind.partition(":")
        if head == "rule":
            drawn.append(tail)
        elif head == "prose":
            drawn.append(PROSE.get(tail, ""))
        else:
            drawn.append(next(values.get(kind, iter(())), ""))
    return drawn


def _lines(shown: DeviceVersion) -> dict[str, Lines]:
    """Every line that *shown* has values for, by kind."""
    lines = {f"level:{key}": [f"{key}: {value}".rstrip()] for key, value in _levels(shown)}
    lines |= {f"level:{key} None": [f"{key}: None"] for key in LEVELS}
    lines["level:License Level Type"] = [f"License Level: {shown.boot_level}   Type: {shown.license_type}"]
    lines["uptime"] = [f"{shown.hostname} uptime is {shown.uptime}"]
    lines["image"] = [f'System image file is "{shown.image}"']
    lines["throughput"] = [f"The current throughput level is {shown.throughput_kbps} kbps"]
    lines["crypto_throughput"] = [f"The current crypto throughput level is {shown.crypto_throughput_kbps} kbps"]
    details = shown.details
    if details is None:
        return lines
    catalyst = [package for package in shown.packages if package.technology is None]
    suites = [suite for suite, _ in details.suites]
    lines["package"] = [_row(package) for package in catalyst]
    lines["technology"] = [
        _row(package) for package in shown.packages if package.technology and package.technology not in suites
    ]
    lines["typed"] = [
        f"{package.technology}  {package.type}  {package.current}  {package.next_boot}"
        for package in shown.packages
        if package.technology and package.technology not in suites
    ]
    lines["suite"] = list(_suites(shown.packages, details))
    return lines | ({} if details.build is None else _build(details.build)) | _details(details)


def _levels(shown: DeviceVersion) -> Iterator[tuple[str, str]]:
    for key, field in LEVELS.items():
        yield key, getattr(shown, field) or ""


def _row(package: LicensePackage) -> str:
    columns = (package.current, package.type, package.next_boot)
    head = [package.technology] if package.technology else []
    return "  ".join([*head, *(column or "None" for column in columns)])


def _suites(packages: tuple[LicensePackage, ...], details: DeviceDetails) -> Iterator[str]:
    by_name = {package.technology: package for package in packages}
    for suite, features in details.suites:
        yield _row(by_name[suite])
        yield from features


def _build(shown: SoftwareBuild) -> dict[str, Lines]:
    experimental = "Experimental " if shown.experimental else ""
    head = f"{shown.product} ({shown.image}), {experimental}Version {shown.version}"
    train = "" if shown.train is None else f" [{shown.train}]"
    label = shown.label or ""
    return {
        "xe": [f"Cisco IOS XE Software, Version {shown.xe_version}"],
        "software": [f"Cisco IOS Software{train}, {head} {label}".rstrip()],
        "software,": [f"Cisco IOS Software{train}, {head}, {label}"],
        "software[]": [f"Cisco IOS Software [], {head} {label}".rstrip()],
        "software[],": [f"Cisco IOS Software [], {head}, {label}"],
        "software_tm": [f"IOS (tm) {head} {label}".rstrip()],
        "software_tm,": [f"IOS (tm) {head}, {label}"],
        "copyright": [f"Copyright (c) {shown.copyright} by Cisco Systems, Inc."],
        "copyright cisco": [f"Copyright (c) {shown.copyright} by cisco Systems, Inc."],
        "xe_copyright": [f"Cisco IOS-XE software, Copyright (c) {shown.xe_copyright} by cisco Systems, Inc."],
        "compiled": [f"Compiled {shown.compiled} by {shown.compiled_by}"],
    }


def _details(shown: DeviceDetails) -> dict[str, Lines]:
    at = "" if shown.returned_at is None else f" at {shown.returned_at}"
    lines = {
        "rom": [f"ROM: {shown.rom}"],
        "boot_loader": [f"BOOTLDR: {shown.boot_loader}"],
        "processor_uptime": [f"Uptime for this control processor is {shown.processor_uptime}"],
        "returned": [f"System returned to ROM by {shown.returned_by}{at}"],
        "restarted": [f"System restarted at {shown.restarted_at}"],
        "suite_module": [f"Suite License Information for Module:'{shown.suite_module}'"],
        "board": [f"Processor board ID {shown.board_id}"],
        "mode": [f"Router operating mode: {shown.operating_mode}"],
        "installation": [f"Installation mode is {shown.installation_mode}"],
        "register": [f"Configuration register is {shown.configuration_register}"],
        "interface": [f"{count} {kind} interface{'' if count == 1 else 's'}" for count, kind in shown.interfaces],
        "hardware": [f"{count} {what}" for count, what in shown.hardware],
        "memory": [f"{kib}K bytes of {_MEMORY.get(what, what)}." for kib, what in shown.memories],
        "switch": [f"Switch {switch:02d}" for switch, _ in shown.inventory if switch is not None],
        "inventory": [f"{key:<35}: {value or ''}".rstrip() for _, pairs in shown.inventory for key, value in pairs],
        "remark": list(shown.remarks),
        "row_of_stack": [_row_of_stack(row) for row in shown.stack],
    }
    if shown.processor is not None:
        for wording in ("processor", "physical processor", "", "physical "):
            for name in ("cisco", "Cisco") if shown.processor.brand == "cisco" else (shown.processor.brand,):
                lines[f"processor:{name} {wording}"] = [f"{name} {_processor(shown.processor, wording)}"]
    return lines


def _row_of_stack(row: StackMemberLine) -> str:
    columns = [str(row.switch), str(row.ports), row.model, row.version, row.image, *([row.mode] if row.mode else [])]
    return f"{'*' if row.own else ' '} {' '.join(columns)}"


def _processor(shown: Processor, wording: str) -> str:
    kind = "" if shown.type is None else f"({shown.type}) "
    word = "processor " if wording.endswith("processor") else ""
    revision = "" if shown.revision is None else f"(revision {shown.revision}) "
    io = "" if shown.io_memory_kib is None else f"/{shown.io_memory_kib}K"
    physical = "physical " if wording.startswith("physical") else ""
    return f"{shown.model} {kind}{word}{revision}with {shown.main_memory_kib}K{io} bytes of {physical}memory."


PRINTERS: Final[dict[str, Printer]] = {"show version": device_version}
