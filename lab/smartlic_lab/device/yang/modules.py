"""The YANG modules of a device: revisions by release, capabilities, and the configuration leaves with what they set.

Source: reference/yang.md, sections 1 to 4. What a leaf sets is a line of the running configuration, the same that the
CLI sets; the models keep nothing of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from smartlic_lab.device.configuration import Section
from smartlic_lab.device.settings import CSSM_URL
from smartlic_lab.platforms import Release

SMART_LICENSE: Final = "http://cisco.com/ns/yang/cisco-smart-license"
NATIVE: Final = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
BASE_1_0: Final = "urn:ietf:params:netconf:base:1.0"
BASE_1_1: Final = "urn:ietf:params:netconf:base:1.1"
CISCO_IA: Final = "http://cisco.com/yang/cisco-ia"  # save-config; unverified

Version = tuple[int, int, int]
_FIRST: Final[Version] = (16, 8, 1)
# Source: reference/yang.md section 1. The published folder of 17.3 still has the model of 2019.
_REVISIONS: Final = (
    (_FIRST, "2017-10-11"),
    ((16, 12, 1), "2019-07-01"),
    ((17, 4, 1), "2020-11-01"),
    ((17, 5, 1), "2021-03-01"),
)
TRUST_STATE: Final[Version] = (17, 4, 1)
POLICY_STATE: Final[Version] = (17, 5, 1)


def revision(release: Release) -> str:
    """The revision of cisco-smart-license that a release has."""
    return next(found for since, found in reversed(_REVISIONS) if release.version >= since)


def capabilities(release: Release) -> tuple[str, ...]:
    """What the server says in its hello. The list of base capabilities is that of what the lab does."""
    return (
        BASE_1_0,
        BASE_1_1,
        "urn:ietf:params:netconf:capability:writable-running:1.0",
        "urn:ietf:params:netconf:capability:rollback-on-error:1.0",
        "urn:ietf:params:netconf:capability:validate:1.1",
        "urn:ietf:params:netconf:capability:xpath:1.0",
        f"{SMART_LICENSE}?module=cisco-smart-license&revision={revision(release)}",
        f"{NATIVE}?module=Cisco-IOS-XE-native",
        f"{CISCO_IA}?module=cisco-ia",
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that a line of the running configuration sets."""

    key: tuple[str, ...]  # the words of the line before its value
    flag: bool = False  # the line has no value
    inverse: bool = False  # what is set is the "no" of the line

    def value(self, running: Section) -> str | None:
        """What is set; ``None``: the default."""
        if self.inverse:
            return OFF if running.denied(*self.key) else None
        found = running.value(*self.key)
        return ON if self.flag and found is not None else found

    def line(self, value: str | None, old: str | None) -> str:
        """The line to type for *value*, where *old* is set; ``None`` is the default."""
        words = " ".join(self.key)
        if value is None and old == CSSM_URL:
            return "no license smart url default"  # takes both of its lines away
        if (value is None) != self.inverse:
            return f"no {words}"
        if value == CSSM_URL:
            return "license smart url default"
        return words if self.flag or self.inverse else f"{words} {value}"


ON: Final = "on"  # the value of a flag that is set
OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class Kind:
    """The values of a leaf. ``shown`` gives the leaf's text for a setting (``None``: there is no leaf), ``taken`` the
    setting for a text; it raises `ValueError`. ``removed`` is the setting after the leaf was deleted."""

    shown: Callable[[str | None], str | None]
    taken: Callable[[str], str | None]
    removed: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A configuration leaf: where it stands, and what it sets."""

    path: tuple[str, ...]
    setting: str
    kind: Kind
    since: Version = _FIRST
    choice: str | None = None  # leaves of a choice: the case that this one is in
    when_smart: bool = False  # exists only under transport-type-smart


def _text(low: int, high: int) -> Kind:
    def taken(text: str) -> str:
        if not low <= len(text) <= high or not text.isprintable():
            raise ValueError
        return text

    return Kind(lambda value: value, taken)


def _number(low: int, high: int) -> Kind:
    def taken(text: str) -> str:
        if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError
        return str(int(text))

    return Kind(lambda value: value, taken)


def _boolean_value(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _empty_value(text: str) -> str:
    if text:
        raise ValueError
    return ON


def _uri(text: str) -> str:
    if ":" not in text or not text.isprintable() or " " in text:
        raise ValueError
    return text


def _enumeration(words: Mapping[str, str], default: str | None = None) -> Kind:
    """*words*: keyword of the CLI -> word of the model; *default*: what is shown where no line stands."""
    keywords = {word: keyword for keyword, word in words.items()}

    def taken(text: str) -> str:
        if text not in keywords:
            raise ValueError
        return keywords[text]

    return Kind(lambda value: default if value is None else words[value], taken)


_BOOLEAN: Final = Kind(lambda value: "true" if value else "false", lambda text: ON if _boolean_value(text) else None)
_EMPTY: Final = Kind(lambda value: "" if value else None, _empty_value)
_STRING: Final = _text(1, 255)
_TAG: Final = _text(1, 127)
_URI: Final = Kind(lambda value: value, _uri)
_OTHER_URI: Final = Kind(lambda value: None if value == CSSM_URL else value, _uri)
_URL_DEFAULT: Final = Kind(
    lambda value: "true" if value == CSSM_URL else None, lambda text: CSSM_URL if _boolean_value(text) else None
)
_NATIVE_DEFAULT: Final = Kind(
    lambda value: "" if value == CSSM_URL else None, lambda text: CSSM_URL if _empty_value(text) else None
)
_ENABLE: Final = Kind(
    lambda value: "false" if value == OFF else "true", lambda text: None if _boolean_value(text) else OFF
)
_NATIVE_ENABLE: Final = Kind(
    lambda value: None if value == OFF else "", lambda text: None if _empty_value(text) else OFF, removed=OFF
)
_IGNORED: Final = Kind(lambda _value: None, lambda text: None if _empty_value(text) else OFF)
_DAYS: Final = _number(1, 365)
_KEYWORDS: Final = ("callhome", "smart", "cslu", "off", "automatic")
_CUSTOMER: Final = ("id", "name", "street", "city", "state", "country", "postalcode")


def settings(release: Release) -> Mapping[str, Setting]:
    """What can be set, in the order in which lines are typed: the transport decides what else counts."""
    return _settings(release.slp)


@cache
def _settings(slp: bool) -> Mapping[str, Setting]:
    smart = ("license", "smart")
    found = {
        "hostname": Setting(("hostname",)),
        "enable": Setting((*smart, "enable"), inverse=True),
        "custom id": Setting((*smart, "custom_id")),
        "hostname privacy": Setting((*smart, "privacy", "hostname"), flag=True),
        "version privacy": Setting((*smart, "privacy", "version"), flag=True),
        "transport": Setting((*smart, "transport")),
        "url": Setting((*smart, "url")),
        "smart url": Setting((*smart, "url", "smart") if slp else (*smart, "url")),
        "utility url": Setting((*smart, "url", "utility")),
        "cslu url": Setting((*smart, "url", "cslu")),
        "utility": Setting((*smart, "utility"), flag=True),
        "interval": Setting((*smart, "usage", "interval")),
    }
    found |= {f"tag{number}": Setting((*smart, "usage", "customer-tags", f"tag{number}")) for number in range(1, 5)}
    return found | {f"customer {name}": Setting((*smart, "utility", "customer_info", name)) for name in _CUSTOMER}


@dataclass(frozen=True, slots=True)
class Module:
    """The configuration part of a module, as one release has it."""

    namespace: str
    leaves: tuple[Leaf, ...]

    def leaf(self, path: tuple[str, ...]) -> Leaf | None:
        """The leaf that stands there."""
        return next((leaf for leaf in self.leaves if leaf.path == path), None)

    def below(self, path: tuple[str, ...]) -> tuple[Leaf, ...]:
        """The leaves in a container; none: there is no such container."""
        return tuple(leaf for leaf in self.leaves if leaf.path[: len(path)] == path and leaf.path != path)


def modules(release: Release) -> Mapping[str, Module]:
    """The modules by namespace."""
    return _modules(release.version, release.slp)


@cache
def _modules(version: Version, slp: bool) -> Mapping[str, Module]:
    found = {SMART_LICENSE: _smart_license(slp), NATIVE: _native(slp)}
    return {
        namespace: Module(namespace, tuple(leaf for leaf in leaves if version >= leaf.since))
        for namespace, leaves in found.items()
    }


def _smart_license(slp: bool) -> tuple[Leaf, ...]:
    """Source: reference/yang.md section 2. That the type of transport is shown where it is the default is inferred."""
    config = ("licensing", "config")
    customer = (*config, "utility", "customer-info")
    transport = (*config, "transport")
    smart = (*transport, "transport-smart")
    types = _enumeration(
        {word: f"transport-type-{word}" for word in _KEYWORDS}, f"transport-type-{'cslu' if slp else 'callhome'}"
    )
    return (
        Leaf((*config, "enable"), "enable", _ENABLE),
        Leaf((*config, "custom-id"), "custom id", _STRING),
        Leaf((*config, "privacy", "hostname"), "hostname privacy", _BOOLEAN),
        Leaf((*config, "privacy", "version"), "version privacy", _BOOLEAN),
        Leaf((*config, "utility", "utility-enable"), "utility", _BOOLEAN),
        *(
            Leaf((*customer, "postal-code" if name == "postalcode" else name), f"customer {name}", _STRING)
            for name in _CUSTOMER
        ),
        Leaf((*config, "usage", "interval"), "interval", _DAYS, TRUST_STATE),
        *(
            Leaf((*config, "usage", "customer-tags", f"tag{number}"), f"tag{number}", _TAG, TRUST_STATE)
            for number in range(1, 5)
        ),
        Leaf((*transport, "transport-type"), "transport", types),
        Leaf((*smart, "url-default"), "smart url", _URL_DEFAULT, choice="default", when_smart=True),
        Leaf((*smart, "urls", "url-registration"), "smart url", _OTHER_URI, choice="urls", when_smart=True),
        Leaf((*smart, "urls", "url-utility"), "utility url", _URI, choice="urls", when_smart=True),
        Leaf((*transport, "transport-cslu", "url-cslu"), "cslu url", _URI, TRUST_STATE),
    )


def _native(slp: bool) -> tuple[Leaf, ...]:
    """Source: reference/yang.md section 4. ``Off`` has a capital letter there."""
    smart = ("native", "license", "smart")
    customer = (*smart, "utility", "customer-info")
    types = _enumeration({word: "Off" if word == "off" else word for word in _KEYWORDS})
    return (
        Leaf(("native", "hostname"), "hostname", _text(1, 63)),
        Leaf((*smart, "customer-id"), "custom id", _STRING),
        Leaf((*smart, "enable"), "enable", _IGNORED if slp else _NATIVE_ENABLE),
        Leaf((*smart, "transport-type"), "transport", types),
        Leaf((*smart, "privacy", "hostname"), "hostname privacy", _EMPTY),
        Leaf((*smart, "privacy", "version"), "version privacy", _EMPTY),
        Leaf((*smart, "utility", "enable"), "utility", _EMPTY),
        *(Leaf((*customer, name), f"customer {name}", _STRING) for name in _CUSTOMER),
        Leaf((*smart, "usage", "interval"), "interval", _DAYS, TRUST_STATE),
        *(
            Leaf((*smart, "usage", "customer-tags", f"tag{number}"), f"tag{number}", _TAG, TRUST_STATE)
            for number in range(1, 5)
        ),
        Leaf((*smart, "url", "cslu"), "cslu url", _URI, TRUST_STATE),
        Leaf((*smart, "url", "default"), "url", _NATIVE_DEFAULT, choice="default"),
        Leaf((*smart, "url", "name"), "url", _OTHER_URI, choice="urls"),
        Leaf((*smart, "url", "utility"), "utility url", _URI, choice="urls"),
    )
