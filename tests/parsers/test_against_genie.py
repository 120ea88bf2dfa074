"""Every value that Genie's parsers take from a capture, ours have too, and equal."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Final
from unittest.mock import Mock

import pytest

from nornir_smartlic.parsers import parse
from tests.captures import capture, captures, command_of
from tests.parsers import genie_shape

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("genie.libs.parser", reason="needs the extra pyats")

pytestmark = [pytest.mark.captures, pytest.mark.pyats, pytest.mark.filterwarnings("ignore")]

PARSERS: Final[dict[str, tuple[str, str, Callable[[Any], dict[str, Any]]]]] = {
    "show license": ("show_license", "ShowLicense", genie_shape.classic),
    "show license all": ("show_license", "ShowLicenseAll", genie_shape.license_all),
    "show license eventlog": ("show_license", "ShowLicenseEventlog2", genie_shape.event_log),
    "show license history message": ("show_license", "ShowLicenseHistoryMessage", genie_shape.history),
    "show license rum id all": ("show_license", "ShowLicenseRumIdAll", genie_shape.rum_all),
    "show license rum id detail": ("show_license", "ShowLicenseRumIdDetail", genie_shape.rum_detail),
    "show license status": ("show_license", "ShowLicenseStatus", genie_shape.status),
    "show license summary": ("show_license", "ShowLicenseSummary", genie_shape.summary),
    "show license tech support": ("show_license", "ShowLicenseTechSupport", genie_shape.tech_support),
    "show license udi": ("show_license", "ShowLicenseUdi", genie_shape.udi),
    "show license usage": ("show_license", "ShowLicenseUsage", genie_shape.usage),
    "show call-home profile all": ("show_call_home", "ShowCallHomeProfileAll", genie_shape.profiles),
    "show call-home smart-licensing": ("show_call_home", "ShowCallHomeSmartLicensing", genie_shape.smart_call_home),
    "show crypto pki trustpoints": ("show_crypto", "ShowCryptoPkiTrustpoints", genie_shape.trustpoints),
    "show platform hardware throughput crypto": (
        "show_platform_hardware",
        "ShowPlatformHardwareThroughputCrypto",
        genie_shape.crypto_throughput,
    ),
    "show platform hardware throughput level": (
        "show_platform_hardware",
        "ShowPlatformHardwareThroughputLevel",
        genie_shape.throughput_level,
    ),
    "show version": ("show_platform", "ShowVersion", genie_shape.version),
}

# Where Genie is wrong: part of the capture's path, path of the value, reason.
DIFFERENT: Final = (
    (
        "ciscodoc-c8000v-17.15",
        "smart_licensing_status/trust_code_installed/active",
        "Genie takes the member of License Authorizations for one of the trust code, which is standalone",
    ),
    (
        "show-license-tech-support/",
        "communication_statistics/hello_message/",
        "Genie does not know the group Telemetry Reporting, and writes its lines over those of Hello Message",
    ),
)


@pytest.mark.parametrize("path", [path for path in captures() if command_of(path) in PARSERS])
def test_every_value_of_genie_is_ours_too(path: str) -> None:
    module, name, shape = PARSERS[command_of(path)]
    text = capture(path)
    parser = getattr(import_module(f"genie.libs.parser.iosxe.{module}"), name)(device=Mock())
    theirs = parser.cli(output=text, **({"report": "1"} if name.endswith("Detail") else {}))
    ours = shape(parse(command_of(path), text).value)
    wrong = [
        f"{where}: Genie {printed!r}, ours {_at(ours, keys)!r}"
        for keys, printed in _leaves(theirs)
        if not _same(printed, _at(ours, keys)) and not _excused(path, where := "/".join(map(str, keys)))
    ]
    assert wrong == []


def _leaves(value: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*keys, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, (*keys, number))
    else:
        yield keys, value


def _at(value: Any, keys: tuple[Any, ...]) -> Any:
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _same(theirs: Any, ours: Any) -> bool:
    """Equal after blanks are made one; several spellings of a missing value may be ours."""
    if isinstance(ours, tuple):
        return any(_same(theirs, one) for one in ours)
    if isinstance(theirs, str) and isinstance(ours, str):
        return theirs.split() == ours.split()
    return bool(theirs == ours)


def _excused(path: str, where: str) -> bool:
    return any(part in path and where.startswith(prefix) for part, prefix, _ in DIFFERENT)
