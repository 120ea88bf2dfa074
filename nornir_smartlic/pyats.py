"""AEtest test cases over the compliance rules, for pyATS jobs: derive from them in a test script of your own.

What a device must be like stands in the testbed, in the same words as in the inventory::

    devices:
      branch-1:
        custom:
          smart_licensing: {transport: smart, url: default, trust: true}

A script derives `CommonSetup`, `CommonCleanup` and either `LicensingCompliance`, which has every rule, or those of the
groups that it wants (playbooks/compliance_test.py): AEtest takes only classes that a script defines. `learn` and
`parse` give our model of a device that is connected. Needs the extra ``pyats``. Verdicts become results: pass Passed,
fail Failed, unknown Errored, waived Passx, not applicable Skipped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from pyats import aetest
from pyats.results import Errored, Failed, Passed, Passx, Skipped
from unicon.core.errors import ConnectionError as UniconConnectionError
from unicon.core.errors import SubCommandFailure
from unicon.core.errors import TimeoutError as UniconTimeoutError
from unicon.eal.dialogs import Dialog, Statement

from nornir_smartlic.compliance import RULES, ComplianceOptions, Finding, Rule, Verdict, Waiver, verify, waivers_of
from nornir_smartlic.compliance.configuration_rules import CONFIGURATION_RULES
from nornir_smartlic.compliance.entitlement_rules import ENTITLEMENT_RULES
from nornir_smartlic.compliance.legacy_rules import LEGACY_RULES
from nornir_smartlic.compliance.license_rules import LICENSE_RULES
from nornir_smartlic.compliance.policy_rules import POLICY_RULES
from nornir_smartlic.compliance.release_rules import RELEASE_RULES
from nornir_smartlic.compliance.reporting_rules import REPORTING_RULES
from nornir_smartlic.compliance.saving_rules import SAVING_RULES
from nornir_smartlic.compliance.way_rules import WAY_RULES
from nornir_smartlic.errors import CommandRefused, DeviceError, SmartLicError, TimedOut, Unreachable, UsageError
from nornir_smartlic.intent import intent_of
from nornir_smartlic.model import LicensingReading, Secret
from nornir_smartlic.operations.conversation import Answer, Configure, Exec, Request, Save, Show, Wait, converse
from nornir_smartlic.operations.reading import read_licensing
from nornir_smartlic.outputs.texts import clean_line
from nornir_smartlic.parsers import PARSERS, full_name
from nornir_smartlic.parsers import parse as parse_text

__all__ = [
    "CommonCleanup",
    "CommonSetup",
    "ConfigurationCompliance",
    "LicenseCompliance",
    "LicensingCompliance",
    "RegistrationCompliance",
    "ReportingCompliance",
    "UniconDoor",
    "exit_code",
    "learn",
    "parse",
]

_log = logging.getLogger(__name__)
_AT_ONCE: Final = 16  # logins

_RESULTS: Final = {
    Verdict.PASS: Passed,
    Verdict.FAIL: Failed,
    Verdict.UNKNOWN: Errored,
    Verdict.WAIVED: Passx,
    Verdict.NOT_APPLICABLE: Skipped,
}


def exit_code(result: Any) -> int:
    """What a script ends with, as ``smartlic`` does: 0 compliant, 1 findings, 3 a device was not read."""
    if result in (Passed, Passx, Skipped):
        return 0
    return 1 if result == Failed else 3


def learn(device: Any) -> LicensingReading:
    """Everything that a connected device prints of its licensing, as our model.

    Raises:
        DeviceError: the connection was lost, or an output is not what the command prints.
    """
    reading: LicensingReading = converse(read_licensing(), UniconDoor(device).answer)
    return reading


def parse(device: Any, command: str) -> Any:
    """What *command*, typed on a connected device, says, as the value of our model.

    Raises:
        CommandRefused: the device does not know the command.
        ParseError: the output is not what the command prints.
        UsageError: there is no parser of the command.
    """
    try:
        name = command if command in PARSERS else full_name(command)
    except ValueError as error:
        raise UsageError(str(error)) from None
    try:
        return parse_text(name, UniconDoor(device).answer(Show(name)).text).value
    except DeviceError as error:
        error.host = error.host or device.name
        raise


class UniconDoor:
    """Requests over a connected pyATS device. Files are not carried: use the Nornir tasks for reports."""

    def __init__(self, device: Any) -> None:
        self._device = device

    def answer(self, request: Request) -> Answer:
        """See `nornir_smartlic.operations.conversation.Door`."""
        match request:
            case Show(command):
                return Answer(self._run(command, command))
            case Exec(command, replies, secrets):
                line = command.replace("{secret}", secrets[0].reveal()) if secrets else command
                return Answer(self._run(line, command, replies, secrets))
            case Configure(lines, secrets):
                return Answer(self._configure(lines, secrets))
            case Save():
                return Answer(self._run("write memory", "write memory"))
            case Wait(span):
                time.sleep(span.total_seconds())
                return Answer()
        raise UsageError(f"a pyATS device carries no {type(request).__name__.lower()} - use the Nornir tasks for files")

    def _run(
        self, line: str, shown: str, replies: Sequence[tuple[str, str]] = (), secrets: Sequence[Secret] = ()
    ) -> str:
        questions = [Statement(pattern, action=f"sendline({reply})", loop_continue=True) for pattern, reply in replies]
        problem: DeviceError | None = None  # unicon's errors quote what was typed, and are left behind
        text = ""
        try:
            with _unlogged(self._device, secrets):
                text = str(self._device.execute(line, reply=Dialog(questions), error_pattern=[]))
        except UniconTimeoutError:
            problem = TimedOut(f"no answer to {shown!r}", host=self._device.name, command=shown)
        except (UniconConnectionError, SubCommandFailure):
            problem = Unreachable(f"the connection was lost at {shown!r}", host=self._device.name, command=shown)
        if problem is not None:
            raise problem
        text = _hidden(text, secrets)
        refused = next((part.strip() for part in text.splitlines() if part.startswith("% ")), None)
        if refused is not None:
            raise CommandRefused(shown, _hidden(refused, secrets), host=self._device.name)
        return text.replace("\r\n", "\n")

    def _configure(self, lines: Sequence[str], secrets: Sequence[Secret]) -> str:
        try:
            with _unlogged(self._device, secrets):
                return _hidden(str(self._device.configure(list(lines))), secrets)
        except SubCommandFailure as error:
            raise CommandRefused("configure", _hidden(str(error), secrets), host=self._device.name) from None


@contextmanager
def _unlogged(device: Any, secrets: Sequence[Secret]) -> Iterator[None]:
    """Keep unicon's loggers silent while a secret is typed: they write the line, and its echo piece by piece.

    A filter on the text would miss an echo that comes in two pieces.
    """
    manager = getattr(device, "connectionmgr", None)
    connections = manager.connections.values() if secrets and manager is not None else ()
    logs = [log for each in connections for log in (_log_of(each), _log_of(getattr(each, "spawn", None))) if log]
    loud = [log for log in dict.fromkeys(logs) if not log.disabled]
    for log in loud:
        log.disabled = True
    try:
        yield
    finally:
        for log in loud:
            log.disabled = False


def _log_of(owner: Any) -> logging.Logger | None:
    log = getattr(owner, "log", None)
    log = getattr(log, "logger", log)  # an adapter's
    return log if isinstance(log, logging.Logger) else None


def _hidden(text: str, secrets: Sequence[Secret]) -> str:
    for secret in secrets:
        text = secret.hide_in(text)
    return text


class CommonSetup(aetest.CommonSetup):  # type: ignore[misc]  # pyATS has no types
    """Connects to every device of the testbed, or to those of the parameter ``hosts``."""

    @aetest.subsection  # type: ignore[untyped-decorator]  # pyATS has no types
    def connect(self, testbed: Any, testscript: Any, steps: Any, hosts: Sequence[str] | None = None) -> None:
        """A device that cannot be reached is errored in its own case alone, so that it blocks no other."""
        devices = [testbed.devices[name] for name in hosts or sorted(testbed.devices)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            reasons = dict(zip((device.name for device in devices), pool.map(_connected, devices), strict=True))
        for device in devices:
            with steps.start(f"Connect to {device.name}", continue_=True) as step:
                if (reason := reasons[device.name]) is not None:
                    step.passx(f"{device.name} was not reached, its own cases are errored: {reason}")
        testscript.parameters["smartlic_reasons"] = reasons
        testscript.parameters["smartlic_readings"] = {}
        for case in vars(testscript.module).values():
            if isinstance(case, type) and issubclass(case, LicensingCompliance):
                aetest.loop.mark(case, host=[device.name for device in devices])


def _connected(device: Any) -> str | None:
    """Connect to *device*; why it cannot be reached, in one line, and ``None`` where it is."""
    try:
        if not device.is_connected():
            device.connect(log_stdout=False)
    except Exception as error:  # noqa: BLE001  unicon and its plugins raise what they like; one device stops no other
        seen: BaseException = error
        while seen.__cause__ is not None or seen.__context__ is not None:  # unicon's own says only that it failed
            seen = seen.__cause__ or seen.__context__ or seen
        lines = [line.strip() for line in (str(seen) or str(error)).splitlines() if line.strip()]
        return lines[0][:300] if lines else type(seen).__name__
    return None


class LicensingCompliance(aetest.Testcase):  # type: ignore[misc]  # pyATS has no types
    """Reads one device and judges it by every rule; one section per rule."""

    rules: ClassVar[Sequence[Rule]] = RULES
    group: ClassVar[str] = "licensing"

    @aetest.setup  # type: ignore[untyped-decorator]  # pyATS has no types
    def read(
        self,
        testbed: Any,
        host: str,
        waivers: Sequence[Mapping[str, Any]] = (),
        options: ComplianceOptions | None = None,
        smartlic_reasons: Mapping[str, str | None] | None = None,
        smartlic_readings: dict[str, LicensingReading] | None = None,
    ) -> None:
        """Read the device once; all groups and their rules share the reading."""
        self.uid = f"{self.group}_compliance.{host}"
        device = testbed.devices[host]
        if not device.is_connected():
            reason = (smartlic_reasons or {}).get(host) or "unicon's log of the device says why"
            self.errored(f"{host}: not reached, so nothing is proven: {reason}")
        readings = smartlic_readings if smartlic_readings is not None else {}
        try:
            wanted = intent_of(device.custom.get("smart_licensing", {}))
            given: tuple[Waiver, ...] = waivers_of(list(waivers), known_rules=frozenset(rule.id for rule in RULES))
            reading = readings[host] = readings[host] if host in readings else learn(device)
        except SmartLicError as error:
            self.errored(f"{host}: {error}")
        findings = verify(reading, wanted, options, given, host=host, rules=self.rules)
        self.findings: dict[str, Finding] = {finding.rule_id: finding for finding in findings}
        aetest.loop.mark(self.judge, rule=[rule.id for rule in self.rules])

    @aetest.test  # type: ignore[untyped-decorator]  # pyATS has no types
    def judge(self, section: Any, rule: str) -> None:
        """One rule on this device; what the device printed for it stands in the log."""
        section.uid = rule
        finding = self.findings[rule]
        for each in finding.evidence:
            _log.info("%s: %s", each.command, clean_line(each.line))
        text = f"{finding.title}: {finding.message}"
        if finding.fix:
            text += f" - fix: {'; '.join(finding.fix)}"
        section.result = _RESULTS[finding.verdict].clone(clean_line(text))


class ConfigurationCompliance(LicensingCompliance):
    """The rules on what is configured: against the inventory, the way out, what is saved."""

    rules = (*CONFIGURATION_RULES, *WAY_RULES, *SAVING_RULES)
    group = "configuration"


class LicenseCompliance(LicensingCompliance):
    """The rules on trust, accounts, boot levels and what may be used."""

    rules = (*LICENSE_RULES, *ENTITLEMENT_RULES)
    group = "license"


class ReportingCompliance(LicensingCompliance):
    """The rules on reports, acknowledgements and the policy."""

    rules = (*REPORTING_RULES, *POLICY_RULES)
    group = "reporting"


class RegistrationCompliance(LicensingCompliance):
    """The rules on devices before Smart Licensing Using Policy, and on releases."""

    rules = (*LEGACY_RULES, *RELEASE_RULES)
    group = "registration"


class CommonCleanup(aetest.CommonCleanup):  # type: ignore[misc]  # pyATS has no types
    """Disconnects."""

    @aetest.subsection  # type: ignore[untyped-decorator]  # pyATS has no types
    def disconnect(self, testbed: Any) -> None:
        """Every device that is connected."""
        for device in testbed.devices.values():
            if device.is_connected():
                device.disconnect()
