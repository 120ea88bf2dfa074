"""What ``get`` shows: the configuration as trees, and the state of cisco-smart-license as the Smart Agent has it.

Source: reference/yang.md, sections 2 and 3, for names and enumerations. How show outputs and these values belong
together is inferred where the model's own text does not say it; legacy enumerations have no word for Smart Licensing
Using Policy, under which nothing is registered and nothing is authorized.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from nornir_smartlic.model import (
    Attempt,
    AuthorizationState,
    AuthorizationStatus,
    EnforcementType,
    LicensingState,
    PolicyAttributes,
    Registration,
    RegistrationStatus,
    RumReportState,
    Udi,
    UsageStatus,
)
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.yang.editing import settings_of, shown
from smartlic_lab.device.yang.markup import element, local
from smartlic_lab.device.yang.modules import NATIVE, POLICY_STATE, SMART_LICENSE, TRUST_STATE, modules

_REGISTRATION: Final[Mapping[RegistrationStatus | None, str]] = {
    RegistrationStatus.REGISTERED: "complete",
    RegistrationStatus.REGISTERED_SPECIFIC: "complete",
    RegistrationStatus.REGISTERED_UNIVERSAL: "complete",
    RegistrationStatus.REGISTERING: "in-progress",
    RegistrationStatus.REGISTRATION_IN_PROGRESS: "in-progress",
    RegistrationStatus.REGISTRATION_FAILED: "failed",
}
_AUTHORIZATION: Final[Mapping[str, str]] = {
    "AUTHORIZED": "authorized",
    "AUTHORIZED - RESERVED": "authorized-reservation",
    "OUT OF COMPLIANCE": "out-of-compliance",
    "AUTHORIZATION EXPIRED": "authorization-expired",
    "EVAL MODE": "eval",
    "EVAL EXPIRED": "eval-expired",
}
_ENFORCEMENT: Final[Mapping[UsageStatus | None, str]] = {
    UsageStatus.IN_USE: "in-compliance",  # the model has no "in use"
    UsageStatus.AUTHORIZED: "in-compliance",
    UsageStatus.IN_COMPLIANCE: "in-compliance",
    UsageStatus.OUT_OF_COMPLIANCE: "out-of-compliance",
    UsageStatus.NOT_AUTHORIZED: "out-of-compliance",
    UsageStatus.EVAL_MODE: "evaluation",
    UsageStatus.EVAL_EXPIRED: "evaluation-expired",
    UsageStatus.AUTH_EXPIRED: "authorization-expired",
    UsageStatus.RESERVED_IN_COMPLIANCE: "reservation-in-compliance",
}
_REPORT_STATES: Final[Mapping[RumReportState, str]] = {
    RumReportState.CLOSED: "closed",
    RumReportState.UNACK: "unacknowledged",
    RumReportState.ACK: "acknowledged",
}
_INSTALLED: Final[Mapping[AuthorizationStatus | None, str]] = {
    AuthorizationStatus.SMART_INSTALLED: "auth-code",
    AuthorizationStatus.SPECIFIC_INSTALLED: "slr",
    AuthorizationStatus.UNIVERSAL_INSTALLED: "plr",
    AuthorizationStatus.PAK: "pak",
}
_LICENSE_ENFORCEMENT: Final[Mapping[EnforcementType | None, str]] = {
    EnforcementType.NOT_ENFORCED: "unenforced",
    EnforcementType.ENFORCED: "enforced",
    EnforcementType.EXPORT_RESTRICTED: "export",
}


def configuration(device: Machine) -> list[Element]:
    """The configuration of every module that is modelled, one tree each."""
    found = settings_of(device.running, device.release)
    trees = []
    for module in modules(device.release).values():
        places: dict[tuple[str, ...], Element] = {}
        if module.namespace == NATIVE:
            _add_native(places, device)
        for leaf in module.leaves:
            text = shown(leaf, found, device.release)
            if text is not None:
                _place(places, module.namespace, leaf.path).text = text or None
        trees += [tree for path, tree in places.items() if len(path) == 1]
    return trees


def _place(places: dict[tuple[str, ...], Element], namespace: str, path: tuple[str, ...]) -> Element:
    """The element of a path, made with what is above it."""
    if path not in places:
        parent = _place(places, namespace, path[:-1]) if len(path) > 1 else None
        places[path] = element(namespace, path[-1], parent=parent)
    return places[path]


def _add_native(places: dict[tuple[str, ...], Element], device: Machine) -> None:
    """What of the native model is shown, but configured by the CLI alone: version, UDI and boot level."""
    number = f"{device.release.version[0]}.{device.release.version[1]}"
    _place(places, NATIVE, ("native", "version")).text = number
    _place(places, NATIVE, ("native", "hostname")).text = device.hostname
    udi = device.running.value("license", "udi")
    for line in device.running.under("license", "udi") if udi is None else ():
        udi = " ".join(line.words[2:])
    if udi is not None:
        words = udi.split()
        for name, text in zip(words[::2], words[1::2], strict=False):
            _place(places, NATIVE, ("native", "license", "udi", name)).text = text
    level = device.running.value("license", "boot", "level")
    if level is not None:
        name, *addon = level.split()
        path = ("native", "license", "boot", "level", name)
        _place(places, NATIVE, path)
        if addon:
            _place(places, NATIVE, (*path, "addon")).text = addon[-1]


def everything(device: Machine, now: datetime) -> list[Element]:
    """Configuration and state."""
    trees = configuration(device)
    licensing = next(tree for tree in trees if local(tree) == "licensing")
    state = device.agent.state(device.clock(now))
    _Node(licensing).add_state(device, state)
    return trees


class _Node:
    """An element of cisco-smart-license that is being filled."""

    def __init__(self, found: Element) -> None:
        self.found = found

    def node(self, name: str) -> _Node:
        """A new container or list entry."""
        return _Node(element(SMART_LICENSE, name, parent=self.found))

    def leaf(self, name: str, value: object) -> None:
        """A leaf; none for ``None``, and none for a time that is no instant."""
        text = _leaf_text(value)
        if text is not None:
            element(SMART_LICENSE, name, text, parent=self.found)

    def udi(self, found: Udi) -> None:
        """``udi``; a lab's device has neither VID nor UUID."""
        node = self.node("udi")
        node.leaf("pid", found.pid)
        node.leaf("sn", found.sn)

    # --- sections, in the order of the model -------------------------------------------------------------------------

    def add_state(self, device: Machine, state: LicensingState) -> None:
        """``state``."""
        node = self.node("state")
        node.leaf("always-enabled", bool(state.slp))
        node.leaf("smart-enabled", bool(state.enabled))
        node.leaf("version", state.agent_version)
        info = node.node("state-info")
        info.add_registration(state.registration if not state.slp else None)
        info.add_authorization(state.authorization_state if not state.slp else None)
        info.add_utility(device, state)
        info.leaf("custom-id", state.custom_id)
        info.add_transport(device, state)
        if state.privacy is not None:
            privacy = info.node("privacy")
            privacy.leaf("hostname", state.privacy.hostname_privacy)
            privacy.leaf("version", state.privacy.version_privacy)
        info.add_evaluation(state.authorization_state if not state.slp else None)
        if state.udi is not None:
            info.udi(state.udi)
        info.add_usage(state)
        version = device.release.version
        if version >= POLICY_STATE:
            info.add_policy(state)
        if version >= TRUST_STATE:
            info.add_trust(state)
        if version >= POLICY_STATE:
            info.add_conversion(state)
            info.add_reports(state)
            info.add_imported(device, state)

    def add_registration(self, registration: Registration | None) -> None:
        """``registration``; *registration* is ``None`` under SLP."""
        node = self.node("registration")
        word = "not-registered" if registration is None else _REGISTRATION.get(registration.status, "not-registered")
        node.leaf("registration-state", f"reg-state-{word}")
        if registration is None:
            return
        if word == "complete":
            done, renewal = node.node("registration-complete"), registration.last_renewal
            done.leaf("complete-time", registration.initial and registration.initial.time)
            done.leaf("last-renew-time", renewal and renewal.time)
            done.leaf("next-renew-time", registration.next_renewal)
            done.leaf("expire-time", registration.expires)
            if renewal is not None:
                done.leaf("last-renew-success", _succeeded(renewal))
                done.leaf("fail-message", renewal.failure_reason)
            done.leaf("smart-account", registration.smart_account)
            done.leaf("virtual-account", registration.virtual_account)
        elif word == "failed":
            failed = node.node("registration-failed")
            failed.leaf("fail-time", registration.initial and registration.initial.time)
            failed.leaf("fail-message", registration.initial and registration.initial.failure_reason)
        node.leaf("export-control-allowed", registration.export_controlled_allowed)

    def add_authorization(self, found: AuthorizationState | None) -> None:
        """``authorization``; *found* is ``None`` under SLP."""
        node = self.node("authorization")
        word = "none" if found is None else _AUTHORIZATION.get(found.status, "none")
        node.leaf("authorization-state", f"auth-state-{word}")
        inner = node.node(f"authorization-{word}")
        if found is None or word == "none":
            return
        if word == "eval":
            left = found.evaluation_remaining
            inner.leaf("seconds-left", None if left is None else int(left.total_seconds()))
        elif word == "eval-expired":
            inner.leaf("expire-time", found.since)
        elif word == "authorized-reservation":
            inner.leaf("reservation-time", found.since)
        else:
            last = found.last_communication
            if last is not None:
                inner.leaf("last-comm-status-success", _succeeded(last))
                inner.leaf("fail-message", last.failure_reason)
                inner.leaf("last-comm-time", last.time)
            inner.leaf("next-comm-time", found.next_communication)
            inner.leaf("comm-deadline-time", found.communication_deadline)
            if word == "out-of-compliance":
                inner.leaf("ooc-time", found.since)

    def add_utility(self, device: Machine, state: LicensingState) -> None:
        """``utility``."""
        node = self.node("utility")
        node.leaf("enabled", bool(state.utility))
        node.leaf("reporting", "utility-reporting-type-none")
        found = settings_of(device.running, device.release)
        customer = {
            leaf.path[-1]: found[leaf.setting]
            for leaf in modules(device.release)[SMART_LICENSE].leaves
            if leaf.path[-2] == "customer-info" and found[leaf.setting] is not None
        }
        if customer:
            inner = node.node("customer-info")
            for name, text in customer.items():
                inner.leaf(name, text)

    def add_transport(self, device: Machine, state: LicensingState) -> None:
        """``transport``; the model has no place for the URL of CSLU."""
        if state.transport is None:
            return
        node = self.node("transport")
        if state.transport.type is not None:
            node.leaf("transport-type", f"transport-type-{state.transport.type.keyword}")
        url = state.transport.url
        utility = settings_of(device.running, device.release)["utility url"]
        if url is not None or utility is not None:
            inner = node.node("url-settings")
            inner.leaf("url-registration", url)
            inner.leaf("url-utility", utility)

    def add_evaluation(self, found: AuthorizationState | None) -> None:
        """``evaluation``; *found* is ``None`` under SLP, which has none."""
        node = self.node("evaluation")
        status = None if found is None else found.status
        node.leaf("eval-in-use", status == "EVAL MODE")
        node.leaf("eval-expired", status == "EVAL EXPIRED")
        if found is not None and found.evaluation_remaining is not None:
            node.node("eval-period-left").leaf("time-left", int(found.evaluation_remaining.total_seconds()))
        if found is not None and status == "EVAL EXPIRED":
            node.node("eval-expire-time").leaf("expire-time", found.since)

    def add_usage(self, state: LicensingState) -> None:
        """``usage``, an entry per licence."""
        for used in state.usage or ():
            node = self.node("usage")
            node.leaf("entitlement-tag", used.tag)
            node.leaf("short-name", used.name)
            node.leaf("license-name", used.display)
            node.leaf("description", used.description)
            node.leaf("count", used.count)
            node.leaf("enforcement-mode", f"enforcement-{_ENFORCEMENT.get(used.status, 'waiting')}")
            node.leaf("post-paid", value=False)

    def add_policy(self, state: LicensingState) -> None:
        """``policy``."""
        policy = state.policy
        if policy is None:
            return
        node = self.node("policy")
        node.leaf("policy-type", f"policy-type-{'cisco-default' if policy.installed is None else 'custom'}")
        node.leaf("policy-name", policy.name)
        node.leaf("install-time", policy.installed)
        node.leaf("ack-required", policy.ack_required)
        groups: Iterable[tuple[str, PolicyAttributes]] = (
            ("enforced", policy.enforced),
            ("export", policy.export),
            ("subscription", policy.subscription),
            ("perpetual", policy.perpetual),
        )
        for name, attributes in groups:
            inner = node.node(f"policy-{name}")
            inner.leaf("reporting-first-time", attributes.first_report.days)
            inner.leaf("reporting-ongoing", attributes.reporting_frequency.days)
            inner.leaf("reporting-macd", attributes.report_on_change.days)

    def add_trust(self, state: LicensingState) -> None:
        """``trust-code``, an entry per member."""
        installed = {
            code.member.udi if code.member is not None else state.udi: code.installed
            for code in state.trust_codes or ()
        }
        for udi in _udis(state):
            node = self.node("trust-code")
            node.leaf("key_udi", str(udi))
            node.leaf("is-installed", installed.get(udi) is not None)
            node.leaf("time-installed", installed.get(udi))
            node.udi(udi)

    def add_conversion(self, state: LicensingState) -> None:
        """``conversion``, an entry per member; a device of the lab knows no more than whether it was done."""
        done = state.conversion is not None and state.conversion.status is not None
        for udi in _udis(state):
            node = self.node("conversion")
            node.leaf("key_udi", str(udi))
            word = "Conversion-status-success" if done else "conversion-status-not-started"  # a capital, as there
            node.leaf("status", word)
            node.udi(udi)

    def add_reports(self, state: LicensingState) -> None:
        """``rum-reports-closed-keys`` and ``rum-ack``."""
        for report in state.rum_details or ():
            if report.state not in _REPORT_STATES:
                continue
            node = self.node("rum-reports-closed-keys")
            node.leaf("report-id", report.report_id)
            node.udi(report.udi)
            node.leaf("report-start-time", report.start)
            node.leaf("report-end-time", report.end)
            node.leaf("report-state", f"rum-report-state-{_REPORT_STATES[report.state]}")
            node.leaf("rum-report-key", f"{report.udi}:{report.report_id}")
        if state.usage_reporting is not None:
            node = self.node("rum-ack")
            node.leaf("last-received-time", state.usage_reporting.last_ack)
            node.leaf("next-report-deadline", state.usage_reporting.next_ack_deadline)

    def add_imported(self, device: Machine, state: LicensingState) -> None:
        """``imported-authorizations``; nothing is bought with the lab's devices, so ``factory-purchase`` is empty."""
        found = state.authorizations
        if found is None:
            return
        node = self.node("imported-authorizations")
        entries = {one.member.udi: one for one in found.members}  # two supervisors have one UDI
        for udi, member in entries.items():
            entry = node.node("overall-status")
            entry.leaf("key_udi", str(udi))
            entry.udi(udi)
            if member.status in _INSTALLED:
                installed = entry.node("installed-list")
                installed.leaf("install-type", f"license-auth-type-{_INSTALLED[member.status]}")
                installed.leaf("install-time", member.installed)
        tags = {entitlement.name: entitlement.tag for entitlement in device.profile().entitlements}
        for one in found.authorizations:
            entry = node.node("authorization-list")
            entry.leaf("entitlement-tag", tags.get(one.name, one.name))
            entry.leaf("short-name", one.name)
            entry.leaf("license-name", one.display)
            entry.leaf("description", one.description)
            entry.leaf("total-count", one.total_count)
            entry.leaf("license-enforcement-type", f"license-enforcement-type-{_LICENSE_ENFORCEMENT[one.enforcement]}")


def _leaf_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, str | int) else None


def _succeeded(attempt: Attempt) -> bool:
    return attempt.outcome == "SUCCEEDED"


def _udis(state: LicensingState) -> list[Udi]:
    """Every member once."""
    if state.members is None:
        return [] if state.udi is None else [state.udi]
    return list(dict.fromkeys(member.udi for member in state.members))
