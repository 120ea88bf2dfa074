"""The ``smart_licensing`` data of a host, checked at the edge and turned into an `Intent`.

The keys are those of design.md section 3.1, and ``name_servers`` and ``name_servers_exact``, ours: name servers of the
intent's VRF, and whether others are taken out. Every key is optional; what is absent or null is left alone on the
device.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, ValidationError
from pydantic_core import ErrorDetails

from nornir_smartlic.errors import IntentError
from nornir_smartlic.intent.levels import ADDONS
from nornir_smartlic.intent.products import PACKAGES
from nornir_smartlic.model import BootLevel, Intent, Proxy, RevocationCheck, TransportType

KEY: Final = "smart_licensing"

_TRANSPORTS: Final = {transport.keyword: transport for transport in TransportType}


def _word(text: str) -> str:
    """One word that a command line takes as it is: what could end the line, or ask for help, is not let in."""
    if not re.fullmatch(r"[!-~]+", text) or "?" in text:
        raise ValueError("one word of printable ASCII characters, without blanks and '?'")
    return text


def _line(text: str) -> str:
    if not re.fullmatch(r"[ -~]+", text) or "?" in text or text != text.strip():
        raise ValueError("printable ASCII characters on one line, without '?'")
    return text


def _url(text: str) -> str:
    if text == "default":
        return text
    parts = urlsplit(_word(text))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("'default', or a URL that starts with http:// or https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL without user and password")
    return text


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError("an IP address") from None


def _off(value: object) -> object:
    """An unquoted ``off`` is ``False`` to readers of YAML 1.1."""
    return "off" if value is False else value


def _number(value: object) -> object:
    """A number of Mbps as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Word = Annotated[str, Field(max_length=255), AfterValidator(_word)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Proxy(_Keys):
    address: Word
    port: Annotated[int, Field(ge=1, le=65535)]


class _Privacy(_Keys):
    hostname: StrictBool | None = None
    version: StrictBool | None = None


TagValue = Annotated[str, Field(min_length=1, max_length=127), AfterValidator(_line)]
"""Source: reference/cli.md section 2, the YANG length of a customer tag."""


class _CustomerTags(_Keys):
    tag1: TagValue | None = None
    tag2: TagValue | None = None
    tag3: TagValue | None = None
    tag4: TagValue | None = None


class _BootLevel(_Keys):
    level: Word
    addon: Word | None = None


class _Throughput(_Keys):
    level: Annotated[str, BeforeValidator(_number), Field(pattern=r"(?i)^(T[0-3]|\d+(\.\d+)?[MG]?)$")]


class _Account(_Keys):
    smart_account: Annotated[str, AfterValidator(_line)] | None = None
    virtual_account: Annotated[str, AfterValidator(_line)] | None = None


class _SmartLicensing(_Keys):
    """Source: design.md section 3.1."""

    transport: Annotated[Literal["smart", "cslu", "callhome", "off"] | None, BeforeValidator(_off)] = None
    url: Annotated[str, AfterValidator(_url)] | None = None
    vrf: Annotated[Word, Field(max_length=32)] | None = None
    source_interface: Word | None = None
    name_servers: list[Annotated[str, AfterValidator(_address)]] | None = None
    name_servers_exact: StrictBool | None = None
    proxy: _Proxy | None = None
    revocation_check: Literal["none", "crl", "crl none"] | None = None
    server_identity_check: StrictBool | None = None
    privacy: _Privacy | None = None
    # Source: reference/corrections-2026-11.md, usage interval: what the command line takes.
    usage_interval_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    customer_tags: _CustomerTags | None = None
    boot_level: _BootLevel | None = None
    packages: list[Literal["appxk9", "uck9", "securityk9"]] | None = None
    suite: Literal["FoundationSuiteK9", "AdvUCSuiteK9"] | None = None
    throughput: _Throughput | None = None
    features: list[Literal["hseck9"]] | None = None
    account: _Account | None = None
    trust: StrictBool | None = None
    authorizations: list[Word] | None = None
    registered: StrictBool | None = None


def keys() -> tuple[str, ...]:
    """The keys of ``smart_licensing``."""
    return tuple(_SmartLicensing.model_fields)


def intent_of(data: Mapping[str, Any] | None, key: str = KEY) -> Intent:
    """The intent in *data*, the value of the host's key ``smart_licensing``; ``None``: nothing is wanted.

    Raises:
        IntentError: an unknown key, a value of the wrong type or a contradiction; its path names the key.
    """
    if data is None:
        return Intent()
    try:
        keys = _SmartLicensing.model_validate(_plain(data))
    except ValidationError as error:
        raise _intent_error(key, error.errors(include_url=False)) from None
    intent = _intent(keys)
    _check(intent, key)
    return intent


def _plain(data: object) -> object:
    """*data* in dicts and lists, whatever mappings and sequences an inventory plugin makes."""
    if isinstance(data, Mapping):
        return {key: _plain(value) for key, value in data.items()}
    return [_plain(value) for value in data] if isinstance(data, list | tuple) else data


def _intent(keys: _SmartLicensing) -> Intent:
    privacy, account, tags = keys.privacy or _Privacy(), keys.account or _Account(), keys.customer_tags
    return Intent(
        transport=None if keys.transport is None else _TRANSPORTS[keys.transport],
        url=keys.url,
        vrf=keys.vrf,
        source_interface=keys.source_interface,
        name_servers=None if keys.name_servers is None else tuple(keys.name_servers),
        name_servers_exact=keys.name_servers_exact,
        proxy=None if keys.proxy is None else Proxy(keys.proxy.address, keys.proxy.port),
        revocation_check=None if keys.revocation_check is None else RevocationCheck(keys.revocation_check),
        server_identity_check=keys.server_identity_check,
        hostname_privacy=privacy.hostname,
        version_privacy=privacy.version,
        usage_interval_days=keys.usage_interval_days,
        customer_tags=None if tags is None else tuple(sorted(tags.model_dump(exclude_none=True).items())),
        boot_level=None if keys.boot_level is None else BootLevel(keys.boot_level.level, keys.boot_level.addon),
        packages=None if keys.packages is None else tuple(dict.fromkeys(keys.packages)),
        suite=keys.suite,
        throughput=None if keys.throughput is None else keys.throughput.level,
        features=None if keys.features is None else tuple(dict.fromkeys(keys.features)),
        smart_account=account.smart_account,
        virtual_account=account.virtual_account,
        trust=keys.trust,
        authorizations=None if keys.authorizations is None else tuple(keys.authorizations),
        registered=keys.registered,
    )


def url_refusal(transport: TransportType, url: str) -> tuple[str, str] | None:
    """Why *url* is not one that *transport* speaks to: what was found, and what is expected; ``None``: it is one."""
    spoken_by = TransportType.of_url(url)
    if transport is TransportType.OFF:
        return f"{url!r}", "no URL: transport off reaches nobody"
    if spoken_by not in (None, transport):
        return f"{url!r} is a URL of transport {spoken_by.keyword}", f"one of transport {transport.keyword}"
    return None


def _check(intent: Intent, key: str) -> None:
    """Raise `IntentError` on keys that contradict each other, whatever the device."""
    refusal = url_refusal(intent.transport, intent.url) if intent.transport and intent.url else None
    if refusal is not None:
        raise IntentError(f"{key}.url", *refusal)
    if intent.name_servers_exact and intent.name_servers is None:
        raise IntentError(f"{key}.name_servers_exact", "given", "name_servers beside it")
    if intent.transport is TransportType.OFF:
        for name, value in (("vrf", intent.vrf), ("proxy", intent.proxy)):
            if value is not None:
                raise IntentError(f"{key}.{name}", "given", "none: transport off reaches nobody")
    if intent.boot_level is not None and intent.packages is not None and intent.boot_level.level in PACKAGES:
        raise IntentError(f"{key}.packages", "given", "no boot_level beside it that is a package too")
    if intent.boot_level is not None:
        level, addon = intent.boot_level.level, intent.boot_level.addon
        if level not in ADDONS:
            raise IntentError(f"{key}.boot_level.level", repr(level), f"one of {', '.join(ADDONS)}")
        if addon is not None and addon not in ADDONS[level]:
            expected = " or ".join(ADDONS[level]) or "no addon"
            raise IntentError(f"{key}.boot_level.addon", f"{addon!r} with {level}", expected)


def _intent_error(key: str, errors: list[ErrorDetails]) -> IntentError:
    """The first of *errors* as one line: the key's path, what was found there, and what is expected."""
    first = errors[0]
    location, kind = first["loc"], first["type"]
    path = ".".join([key, *map(str, location)])
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    if kind == "extra_forbidden":
        keys: type[BaseModel] = _NESTED[str(location[-2])] if len(location) > 1 else _SmartLicensing
        return IntentError(path, "unknown key", f"one of {', '.join(keys.model_fields)}{more}")
    if kind == "missing":
        return IntentError(path, "missing", f"a value{more}")
    expected = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        expected = "a mapping of keys to values"
    return IntentError(path, _shown(first["input"]), expected + more)


def _shown(value: object) -> str:
    """*value* for a message: cut short, and without the user and password that a URL may carry."""
    text = re.sub(r"//[^/@\s]*@", "//********@", repr(value))
    return text if len(text) <= 60 else text[:57] + "..."


_NESTED: Final[dict[str, type[BaseModel]]] = {
    "proxy": _Proxy,
    "privacy": _Privacy,
    "customer_tags": _CustomerTags,
    "boot_level": _BootLevel,
    "throughput": _Throughput,
    "account": _Account,
}
