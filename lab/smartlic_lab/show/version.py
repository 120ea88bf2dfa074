"""``show version``, as lines: for the round trip of saved outputs, whose order of lines the form keeps.

A live device prints its platform's own document (`smartlic_lab.device`).
"""

from __future__ import annotations

from collections.abc import Iterator

from nornir_smartlic.model import (
    DeviceDetails,
    DeviceVersion,
    LicensePackage,
    Processor,
    SoftwareBuild,
    StackMemberLine,
)
from nornir_smartlic.parsers.version import FIELDS, PROSE, kinds
from smartlic_lab.show.forms import Form

Lines = list[str]


def kinds_met(lines: Lines) -> tuple[str, ...]:
    """The kinds of the lines of a saved output in their order; a rule with its dashes, a level with its key."""
    met = []
    for kind, words, found in kinds(lines):
        if kind == "rule":
            met.append(f"rule:{words}")
        elif kind == "level" and found is not None:
            value = found[2] or ""
            met.append(f"level:{found[1]}{' Type' if ' Type: ' in value else ' None' if value == 'None' else ''}")
        elif kind == "software" and found is not None:
            bracket = "[]" if found["bracket"] == " []" else ""
            met.append(f"software{bracket}{',' if (found['label'] or '').startswith(',') else ''}")
        elif kind == "software_tm" and found is not None:
            met.append(f"software_tm{',' if (found['label'] or '').startswith(',') else ''}")
        elif kind == "copyright":
            met.append("copyright cisco" if " by cisco " in words else kind)
        elif kind == "processor":
            met.append(f"processor:{_wording(words)}")
        else:
            met.append(kind)
    return tuple(met)


def _wording(words: str) -> str:
    """How the line on the processor is worded; old releases begin it with a capital."""
    physical = "physical " if " of physical memory" in words else ""
    return f"{words[:5]} {physical}{'processor' if ' processor ' in words else ''}"


def device_version(told: DeviceVersion, form: Form) -> Lines:
    """The lines of the kinds that were met, with the values of *told*; a form without order has no lines."""
    values = {kind: iter(lines) for kind, lines in _lines(told).items()}
    drawn = []
    for kind in form.order or ():
        head, _, tail = kind.partition(":")
        if head == "rule":
            drawn.append(tail)
        elif head == "prose":
            drawn.append(PROSE[int(tail)])
        else:
            drawn.append(next(values.get(kind, iter(())), ""))
    return drawn


def _lines(told: DeviceVersion) -> dict[str, Lines]:
    """Every line that *told* has values for, by kind."""
    lines = {f"level:{key}": [f"{key}: {value}".rstrip()] for key, value in _levels(told)}
    lines |= {f"level:{key} None": [f"{key}: None"] for key in FIELDS}
    lines["level:License Level Type"] = [f"License Level: {told.boot_level}   Type: {told.license_type}"]
    lines["uptime"] = [f"{told.hostname} uptime is {told.uptime}"]
    lines["image"] = [f'System image file is "{told.image}"']
    lines["throughput"] = [f"The current throughput level is {told.throughput_kbps} kbps"]
    lines["crypto_throughput"] = [f"The current crypto throughput level is {told.crypto_throughput_kbps} kbps"]
    details = told.details
    if details is None:
        return lines
    catalyst = [package for package in told.packages if package.technology is None]
    suites = [suite for suite, _ in details.suites]
    lines["package"] = [_row(package) for package in catalyst]
    lines["technology"] = [
        _row(package) for package in told.packages if package.technology and package.technology not in suites
    ]
    lines["typed"] = [
        f"{package.technology}  {package.type}  {package.current}  {package.next_boot}"
        for package in told.packages
        if package.technology and package.technology not in suites
    ]
    lines["suite"] = list(_suites(told.packages, details))
    return lines | ({} if details.build is None else _build(details.build)) | _details(details)


def _levels(told: DeviceVersion) -> Iterator[tuple[str, str]]:
    for key, field in FIELDS.items():
        yield key, getattr(told, field) or ""


def _row(package: LicensePackage) -> str:
    columns = (package.current, package.type, package.next_boot)
    head = [package.technology] if package.technology else []
    return "  ".join([*head, *(column or "None" for column in columns)])


def _suites(packages: tuple[LicensePackage, ...], details: DeviceDetails) -> Iterator[str]:
    by_name = {package.technology: package for package in packages}
    for suite, features in details.suites:
        yield _row(by_name[suite])
        yield from features


def _build(told: SoftwareBuild) -> dict[str, Lines]:
    experimental = "Experimental " if told.experimental else ""
    head = f"{told.product} ({told.image}), {experimental}Version {told.version}"
    train = "" if told.train is None else f" [{told.train}]"
    label = told.label or ""
    return {
        "xe": [f"Cisco IOS XE Software, Version {told.xe_version}"],
        "software": [f"Cisco IOS Software{train}, {head} {label}".rstrip()],
        "software,": [f"Cisco IOS Software{train}, {head}, {label}"],
        "software[]": [f"Cisco IOS Software [], {head} {label}".rstrip()],
        "software[],": [f"Cisco IOS Software [], {head}, {label}"],
        "software_tm": [f"IOS (tm) {head} {label}".rstrip()],
        "software_tm,": [f"IOS (tm) {head}, {label}"],
        "copyright": [f"Copyright (c) {told.copyright} by Cisco Systems, Inc."],
        "copyright cisco": [f"Copyright (c) {told.copyright} by cisco Systems, Inc."],
        "xe_copyright": [f"Cisco IOS-XE software, Copyright (c) {told.xe_copyright} by cisco Systems, Inc."],
        "compiled": [f"Compiled {told.compiled} by {told.compiled_by}"],
    }


def _details(told: DeviceDetails) -> dict[str, Lines]:
    at = "" if told.returned_at is None else f" at {told.returned_at}"
    lines = {
        "rom": [f"ROM: {told.rom}"],
        "boot_loader": [f"BOOTLDR: {told.boot_loader}"],
        "processor_uptime": [f"Uptime for this control processor is {told.processor_uptime}"],
        "returned": [f"System returned to ROM by {told.returned_by}{at}"],
        "restarted": [f"System restarted at {told.restarted_at}"],
        "suite_module": [f"Suite License Information for Module:'{told.suite_module}'"],
        "board": [f"Processor board ID {told.board_id}"],
        "mode": [f"Router operating mode: {told.operating_mode}"],
        "installation": [f"Installation mode is {told.installation_mode}"],
        "register": [f"Configuration register is {told.configuration_register}"],
        "interface": [f"{count} {kind} interface{'' if count == 1 else 's'}" for count, kind in told.interfaces],
        "hardware": [f"{count} {what}" for count, what in told.hardware],
        "memory": [f"{kib}K bytes of {what}." for kib, what in told.memories],
        "switch": [f"Switch {switch:02d}" for switch, _ in told.inventory if switch is not None],
        "inventory": [f"{key:<35}: {value or ''}".rstrip() for _, pairs in told.inventory for key, value in pairs],
        "remark": list(told.remarks),
        "row_of_stack": [_row_of_stack(row) for row in told.stack],
    }
    if told.processor is not None:
        for wording in ("processor", "physical processor", "", "physical "):
            for name in ("cisco", "Cisco"):
                lines[f"processor:{name} {wording}"] = [f"{name} {_processor(told.processor, wording)}"]
    return lines


def _row_of_stack(row: StackMemberLine) -> str:
    columns = [str(row.switch), str(row.ports), row.model, row.version, row.image, *([row.mode] if row.mode else [])]
    return f"{'*' if row.own else ' '} {' '.join(columns)}"


def _processor(told: Processor, wording: str) -> str:
    kind = "" if told.type is None else f"({told.type}) "
    word = "processor " if wording.endswith("processor") else ""
    revision = "" if told.revision is None else f"(revision {told.revision}) "
    io = "" if told.io_memory_kib is None else f"/{told.io_memory_kib}K"
    physical = "physical " if wording.startswith("physical") else ""
    return f"{told.model} {kind}{word}{revision}with {told.main_memory_kib}K{io} bytes of {physical}memory."
