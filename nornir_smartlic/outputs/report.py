"""The one model that every output is made from: what a command found or did, host by host."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from nornir_smartlic import __version__
from nornir_smartlic.compliance import FLEET, Finding, Severity, Verdict
from nornir_smartlic.model import Instant, LicensingReading, UsageStatus
from nornir_smartlic.outputs.background import Background


class ExitCode(IntEnum):
    """What the command ``smartlic`` ends with. Source: design.md section 3.3."""

    DONE = 0  # done and compliant
    FINDINGS = 1
    USAGE = 2  # wrong usage or configuration
    FAILED = 3  # a host could not be reached, or failed
    INTERRUPTED = 130  # by Ctrl-C or SIGTERM; as shells have it


PROGRESS: Final = ("done", "in flight", "untouched")


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a reader wants to know of a device beside its findings; ``None``: it did not tell."""

    udi: str | None
    platform: str | None
    release: str | None
    licensing_model: str
    transport: str | None
    smart_account: str | None
    virtual_account: str | None
    last_ack: Instant | None
    next_ack_deadline: Instant | None
    device_time: Instant | None
    licenses_in_use: tuple[tuple[str, int, str | None], ...]  # name, count, and what stands in brackets behind the name

    @classmethod
    def of(cls, reading: LicensingReading) -> DeviceFacts:
        """The facts in *reading*."""
        state, version = reading.state, reading.version
        reporting, account, udi = state.usage_reporting, state.account, state.udi or version.udi
        return cls(
            udi=str(udi) if udi is not None else None,
            platform=version.platform,
            release=version.release,
            licensing_model=state.model.value,
            transport=state.transport.type.keyword
            if state.transport is not None and state.transport.type is not None
            else None,
            smart_account=account.smart_account if account is not None else None,
            virtual_account=account.virtual_account if account is not None else None,
            last_ack=reporting.last_ack if reporting is not None else None,
            next_ack_deadline=reporting.next_ack_deadline if reporting is not None else None,
            device_time=reading.clock.time if reading.clock is not None else None,
            licenses_in_use=tuple(
                (line.name, line.count, line.display) for line in state.usage or () if line.status is UsageStatus.IN_USE
            ),
        )


@dataclass(frozen=True, slots=True)
class HostError:
    """Why a host has no result: one line, without secrets."""

    kind: str  # the class of the error, such as Unreachable
    message: str
    is_usage: bool = False  # our mistake: the inventory or the command
    command: str | None = None  # to which the device answered so, without secrets; None: to none
    line: str | None = None  # of its output, where that was not understood
    line_number: int | None = None  # counts from 1


@dataclass(frozen=True, slots=True)
class HostReport:
    """One host."""

    host: str
    error: HostError | None = None
    summary: str | None = None  # in a few words, what was done or is to be done
    changed: bool = False
    pending: bool = False  # something is still to be done: a plan that is not applied
    diff: str = ""
    warnings: tuple[str, ...] = ()
    device: DeviceFacts | None = None  # None: not read
    findings: tuple[Finding, ...] = ()
    progress: str | None = None  # done | in flight | untouched, where the run was interrupted; None: it was not
    result: object | None = None  # the dataclass that the task gave back; only JSON has it
    site: str | None = None  # where the inventory says that it stands; None: it does not, or nobody looked

    @property
    def verdict(self) -> Verdict | None:
        """The worst of its findings; ``None`` where there are none."""
        found = {finding.verdict for finding in self.findings}
        order = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
        return next((verdict for verdict in order if verdict in found), None)

    @property
    def outcome(self) -> str:
        """In a few words, how it went."""
        if self.error is not None:
            return self.error.message
        verdict = self.verdict
        if verdict is not None:
            count = sum(finding.verdict is verdict for finding in self.findings)
            return verdict.value if verdict is Verdict.PASS else f"{verdict.value} ({count})"
        return self.summary or ("changed" if self.changed else "nothing to do")


@dataclass(frozen=True, slots=True)
class Report:
    """What one run of a command found or did. Hosts are in order of their names."""

    command: str
    hosts: tuple[HostReport, ...]
    created: datetime | None = None  # None: left out, as in tests
    version: str = __version__
    interrupted: bool = False  # by Ctrl-C or SIGTERM; each host says how far it was
    fleet: tuple[Finding, ...] = ()  # what an audit found over all hosts, and beside CSSM
    incomplete: bool = False  # something beside the hosts failed, such as writing the verdicts back
    background: Background | None = None  # only the HTML page has it

    def __post_init__(self) -> None:
        object.__setattr__(self, "hosts", tuple(sorted(self.hosts, key=lambda host: host.host)))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, host by host, those of the fleet last."""
        return tuple(finding for part in self.parts for finding in part.findings)

    @property
    def parts(self) -> tuple[HostReport, ...]:
        """The hosts, and behind them the fleet in the shape of one, where it was judged."""
        return (*self.hosts, HostReport(FLEET, findings=self.fleet)) if self.fleet else self.hosts

    @property
    def to_mend(self) -> tuple[Finding, ...]:
        """What an audit is read for, the gravest first; waived findings come last."""
        return tuple(
            sorted(
                (found for found in self.findings if found.verdict.is_finding or found.verdict is Verdict.WAIVED),
                key=lambda found: (not found.verdict.is_finding, -found.severity.rank, found.rule_id, found.host),
            )
        )

    @property
    def failed_hosts(self) -> tuple[HostReport, ...]:
        """Hosts without a result."""
        return tuple(host for host in self.hosts if host.error is not None)

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """How often each verdict was given, all verdicts in order."""
        counted = Counter(finding.verdict for finding in self.findings)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def failures(self) -> dict[Severity, int]:
        """How many failed findings there are of each severity, the gravest first."""
        counted = Counter(finding.severity for finding in self.findings if finding.verdict is Verdict.FAIL)
        return {severity: counted[severity] for severity in reversed(Severity)}

    @property
    def progress(self) -> dict[str, int]:
        """How many hosts an interrupted run left done, in flight and untouched; {}: it was not interrupted."""
        if not self.interrupted:
            return {}
        counted = Counter(host.progress for host in self.hosts)
        return {name: counted[name] for name in PROGRESS}

    @property
    def exit_code(self) -> ExitCode:
        """The gravest that happened on any host; an interrupted run proves nothing."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        errors = [host.error for host in self.hosts if host.error is not None]
        if self.incomplete or any(not error.is_usage for error in errors):
            return ExitCode.FAILED
        if errors:
            return ExitCode.USAGE
        is_open = any(host.pending for host in self.hosts) or any(each.verdict.is_finding for each in self.findings)
        return ExitCode.FINDINGS if is_open else ExitCode.DONE
