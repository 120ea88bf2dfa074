"""The agent's knowledge as the model has it: all that any show command prints, in the device's own time zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, Final, TypeAlias

from nornir_smartlic.model import (
    Account,
    Authorization,
    AuthorizationStatus,
    AuthorizationTerm,
    CommunicationStatistic,
    Conversion,
    DataPrivacy,
    EnforcementType,
    Entitlement,
    HistoryMessage,
    Instant,
    LicenseAuthorizations,
    LicenseUsage,
    LicensingState,
    Measurement,
    MemberAuthorization,
    MemberReservation,
    MessageHistory,
    Policy,
    Reservation,
    ReservedLicense,
    ScheduledJob,
    TechSupport,
    TelemetrySummary,
    Transport,
    TransportType,
    TrustCode,
    UsageReporting,
    UsageStatus,
)
from smartlic_lab.agent import legacy, rum, schedule
from smartlic_lab.agent.authorization import STATUS_OF_KIND
from smartlic_lab.agent.communication import Statistic
from smartlic_lab.agent.core import Core, InUse
from smartlic_lab.agent.exchange import url_of, usage_polls
from smartlic_lab.agent.other_info import other_info, trust_lines
from smartlic_lab.agent.releases import MEASUREMENT_INTERVAL, agent_number
from smartlic_lab.world.wire import MessageKind

_Groups: TypeAlias = tuple[tuple[str, tuple[HistoryMessage, ...]], ...]

# The order of the groups in tech support.
_STATISTICS: Final = (
    MessageKind.TRUST_ESTABLISHMENT,
    MessageKind.TRUST_ACKNOWLEDGEMENT,
    MessageKind.USAGE_REPORTING,
    MessageKind.RESULT_POLLING,
    MessageKind.AUTHORIZATION_REQUEST,
    MessageKind.AUTHORIZATION_CONFIRMATION,
    MessageKind.AUTHORIZATION_RETURN,
    MessageKind.TRUST_SYNC,
    MessageKind.HELLO,
    MessageKind.TELEMETRY,
)


def licensing_state(core: Core, now: datetime) -> LicensingState:
    """All that the show commands print at *now*; instants are in its zone, in whole seconds."""
    view = _View(core, now)
    return view.legacy() if not core.slp else view.policy_based()


class _View:
    """One look at one agent."""

    def __init__(self, core: Core, now: datetime) -> None:
        self.core = core
        self.zone: tzinfo | None = now.tzinfo
        self.now = self.at(now)
        self.agent = agent_number(core.profile.agent_version)

    def at(self, instant: datetime) -> datetime:
        """*instant* as the device prints it."""
        return instant.astimezone(self.zone).replace(microsecond=0)

    def maybe(self, instant: datetime | None) -> datetime | None:
        """`at`, for what may be absent."""
        return None if instant is None else self.at(instant)

    # --- whole states ---

    def policy_based(self) -> LicensingState:
        """Smart Licensing Using Policy."""
        core, store = self.core, self.core.store
        return replace(
            self._common(),
            slp=True,
            reporting_mode="STANDARD",
            account=self._account(),
            policy=self._policy(),
            usage_reporting=self._usage_reporting(),
            trust_codes=self._trust_codes(),
            authorizations=self._authorizations(),
            report_summary=store.reports.summary(),
            conversion=Conversion(automatic=False, status=store.conversion),
            telemetry=self._telemetry(),
            device_enforcement="NOT APPLICABLE",
            rum_reports=store.reports.lines(),
            rum_details=tuple(
                replace(detail, start=self.maybe(report.start), end=self.maybe(report.end))
                for report in store.reports.reports.values()
                for detail in [rum.detail(report)]
            ),
            history=self._history(),
            event_log=tuple(
                replace(entry, time=_zoned(entry.time, self.zone)) for entry in core.store.history.event_log()
            ),
            tech_support=self._tech_support(),
        )

    def legacy(self) -> LicensingState:
        """Registration and authorization, before 17.3.2."""
        registration, authorization = legacy.printed(self.core, self.now, self.maybe)
        return replace(
            self._common(),
            slp=False,
            enabled=self.core.settings.legacy_enabled,
            registration=registration,
            authorization_state=authorization,
            tech_support=self._tech_support(),
        )

    def _common(self) -> LicensingState:
        core = self.core
        return LicensingState(
            udi=core.udi if core.members else None,
            members=None if core.profile.standalone else core.members,
            agent_version=core.profile.agent_version,
            enabled=True,
            privacy=self._privacy(),
            transport=self._transport(),
            custom_id=core.settings.custom_id,
            usage=tuple(self._usage(used) for used in sorted(core.usage.values(), key=lambda used: used.handle)),
            utility=core.settings.utility,
            export_authorization_keys=(),
            reservation=self._reservation(),
        )

    # --- sections ---

    def _account(self) -> Account:
        known = self.core.store.account
        if known is None:
            return Account(None, None)
        return Account(known.smart_account, known.virtual_account, self.maybe(known.as_of))

    def _privacy(self) -> DataPrivacy:
        settings = self.core.settings
        return DataPrivacy(
            sending_hostname=not settings.hostname_privacy,
            callhome_hostname_privacy=False,
            hostname_privacy=settings.hostname_privacy,
            version_privacy=settings.version_privacy,
        )

    def _transport(self) -> Transport:
        settings = self.core.settings
        return Transport(
            type=settings.transport,
            url=url_of(self.core) if settings.transport is TransportType.SMART else None,
            cslu_address=settings.cslu_url if settings.transport is TransportType.CSLU else None,
            proxy=settings.proxy,
            vrf=settings.vrf,
            server_identity_check=settings.server_identity_check,
        )

    def _policy(self) -> Policy:
        policy = self.core.store.reporting.policy
        installed = policy.installed
        return replace(policy, installed=self.at(installed)) if isinstance(installed, datetime) else policy

    def _usage_reporting(self) -> UsageReporting:
        core, reporting = self.core, self.core.store.reporting
        return UsageReporting(
            last_ack=self.maybe(reporting.last_ack),
            next_ack_deadline=self.maybe(reporting.deadline),
            push_interval=core.push_interval(),
            next_ack_push_check=self.maybe(min((poll.due for poll in usage_polls(core)), default=None)),
            next_report_push=self.maybe(reporting.next_push),
            last_report_push=self.maybe(reporting.last_push),
            last_report_file_write=self.maybe(reporting.last_file_write),
            state=4 if reporting.acknowledged else 2,
            in_policy=core.in_policy(),
        )

    def _trust_codes(self) -> tuple[TrustCode, ...]:
        core = self.core
        if not core.store.trust.installed:
            return ()
        codes = []
        for member in core.members:
            shown = None if core.profile.standalone else member
            code = core.store.trust.codes.get(str(member.udi))
            if code is None:
                codes.append(TrustCode(shown, None))
            elif self.agent < (6,):
                codes.append(TrustCode(shown, self.at(code.installed)))
            else:
                times = (self.at(code.installed), self.at(code.valid), self.at(code.expires))
                codes.append(TrustCode(shown, *times, type="CSSM"))
        return tuple(codes)

    def _usage(self, used: InUse) -> LicenseUsage:
        core, entitlement = self.core, used.entitlement
        reports = core.store.reports
        in_use = used.count > 0
        authorized = core.store.authorizations.authorizes(entitlement, self.now)
        status = UsageStatus.IN_USE if in_use else UsageStatus.NOT_IN_USE
        if in_use and not authorized:
            status = UsageStatus.NOT_AUTHORIZED  # unverified
        if not core.slp:
            status = legacy.usage_status(core, entitlement.tag, used.count, self.now)
        export = entitlement.enforcement is EnforcementType.EXPORT_RESTRICTED
        restriction = "RESTRICTED - ALLOWED" if authorized else "RESTRICTED - NOT ALLOWED"  # unverified
        name, description = entitlement.name, entitlement.description
        if not in_use:
            name, description = core.profile.idle.get(entitlement.tag, (name, description))
        current = reports.open_ids.get(entitlement.tag)
        previous = reports.reports[current].previous_id if current is not None else None
        return LicenseUsage(
            name=name,
            display=entitlement.display,
            count=used.count,
            status=status,
            description=description,
            version="1.0",
            export_status=restriction if export else "NOT RESTRICTED",
            feature_name=entitlement.name,
            feature_description=entitlement.description,
            enforcement=entitlement.enforcement,
            license_type=entitlement.license_type,
            handle=used.handle,
            tag=entitlement.tag,
            status_code=15 if in_use else 1,
            status_time=self.at(used.status_time),
            request_time=self.maybe(used.request_time),
            counts=(0, 0, 0, 0),
            day0_verification=False,
            measurements=(Measurement("ENTITLEMENT", MEASUREMENT_INTERVAL, used.count, current, previous),),
            soft_enforced=True,
        )

    def _authorizations(self) -> LicenseAuthorizations:
        core = self.core
        records = [(member, core.store.authorizations.members.get(str(member.udi))) for member in core.members]
        members = tuple(
            MemberAuthorization(
                member,
                AuthorizationStatus.NOT_INSTALLED if code is None or code.code is None else STATUS_OF_KIND[code.kind],
                None if code is None else self.maybe(code.installed),
                None if code is None else code.confirmation_code,
                None if code is None else code.return_code,
            )
            for member, code in records
        )
        return LicenseAuthorizations(
            members, tuple(Authorization(**self._granted(tag, found)) for tag, found in self._terms().items())
        )

    def _terms(self, *, reservations: bool = False) -> dict[str, list[AuthorizationTerm]]:
        """What the codes of all members, or their *reservations* alone, authorize, by tag."""
        terms: dict[str, list[AuthorizationTerm]] = {}
        for member in self.core.members:
            code = self.core.store.authorizations.members.get(str(member.udi))
            if code is None or (reservations and not code.is_reservation):
                continue
            for license_ in code.licenses:
                term = AuthorizationTerm(
                    member=member,
                    authorization_type=STATUS_OF_KIND[code.kind].value,
                    license_type=license_.license_type,
                    count=license_.count,
                    start=self.maybe(license_.start),
                    end=self.maybe(license_.end),
                    subscription_id=license_.subscription_id,
                )
                terms.setdefault(license_.tag, []).append(term)
        return terms

    def _granted(self, tag: str, terms: list[AuthorizationTerm]) -> dict[str, Any]:
        """What an authorized and a reserved licence have in common."""
        known = next((one for one in self.core.profile.entitlements if one.tag == tag), Entitlement(tag, tag, tag, tag))
        return {
            "name": known.name,
            "display": known.display,
            "description": known.description,
            "total_count": _total(terms),
            "enforcement": known.enforcement,
            "terms": tuple(terms),
        }

    def _reservation(self) -> Reservation:
        core = self.core
        members = []
        for member in core.members:
            request = core.store.legacy.reservations.get(str(member.udi))
            code = core.store.authorizations.members.get(str(member.udi))
            reservation = code if code is not None and code.is_reservation else None
            not_installed = AuthorizationStatus.NOT_INSTALLED
            members.append(
                MemberReservation(
                    member=member,
                    status=not_installed if reservation is None else STATUS_OF_KIND[reservation.kind],
                    installed=None if reservation is None else self.maybe(reservation.installed),
                    request_code=None if request is None else request.code,
                    last_return_code=None if code is None else code.return_code,
                    last_confirmation_code=None if code is None else code.confirmation_code,
                )
            )
        reserved = core.store.authorizations.is_reserved
        return Reservation(
            enabled=core.settings.reservation or reserved,
            members=tuple(members),
            licenses=tuple(
                ReservedLicense(**self._granted(tag, terms)) for tag, terms in self._terms(reservations=True).items()
            ),
            export_controlled_allowed=True if reserved else None,
        )

    def _telemetry(self) -> TelemetrySummary:
        """Source: reference/outputs.md section 6; the tech-support captures of 5.7.6, 6.0.1 and 6.3.7."""
        if self.agent < (5, 8):
            lines: tuple[tuple[str, str | None], ...] = (
                ("Device Telemetry", "NOT AVAILABLE"),
                ("Total current telemetry reports", "0"),
            )
            return TelemetrySummary("Telemetry Report Summary", lines)
        if self.agent < (6, 3):
            lines = (("Data Channel", "AVAILABLE"), ("Reports on disk", "0"))
            return TelemetrySummary("Device Telemetry Report Summary", lines)
        lines = (
            ("Product Analytics", "AVAILABLE"),
            ("Not Available Reason", None),
            ("Total current Product Analytics reports", "0"),
        )
        return TelemetrySummary("Product Analytics Report Summary", lines)

    def _history(self) -> MessageHistory:
        history = self.core.store.history.message_history()

        def placed(groups: _Groups) -> _Groups:
            return tuple(
                (name, tuple(HistoryMessage(one.kind, _zoned(one.time, self.zone), one.text) for one in messages))
                for name, messages in groups
            )

        return MessageHistory(placed(history.messages), placed(history.imports))

    # --- tech support ---

    def _tech_support(self) -> TechSupport:
        core = self.core
        trusted = core.is_trusted
        registered = not core.slp and core.store.legacy.is_registered
        return TechSupport(
            current_time=self.now,
            jobs=tuple(self._job(job) for job in schedule.jobs(core, self.now)),
            communication_level="DIRECT" if trusted else "INDIRECT",
            overall_state=self._overall_state(trusted),
            statistics=tuple(
                self._statistic(kind, core.communication.statistics.get(kind, Statistic()))
                for kind in _STATISTICS
                if kind is not MessageKind.TELEMETRY or self.agent >= (5, 7)
            ),
            certificates=(("Production Cert", "True"), *(() if registered else _NO_CERTIFICATES)),
            ha=(
                ("RP Role", "Active"),
                ("Chassis Role", "Active"),
                ("Behavior Role", "Active"),
                ("RMF", "True"),
                ("CF", "True"),
                ("CF State", "Stateless"),
                ("Message Flow Allowed", str(core.profile.standalone)),
            ),
            reporting_not_required=tuple(core.store.authorizations.reserved()),
            other=other_info(core),
            trust_lines=trust_lines(core),
            mapping=((core.udi.pid, len(core.profile.entitlements)),) if core.slp else (),
            enforced=tuple((member.udi, self._enforced()) for member in core.members) if core.slp else (),
        )

    def _overall_state(self, trusted: bool) -> str | None:
        """Printed where nothing can be sent: transport off (policy.md 8), smart without trust (captures of agent 6)."""
        transport = self.core.settings.transport
        direct = transport in (TransportType.SMART, TransportType.CALLHOME)
        offline = transport is TransportType.OFF or (direct and not trusted and self.agent >= (6,))
        return "Device configured for Offline transport" if offline else None

    def _enforced(self) -> tuple[str, ...]:
        """``hseck9: regid... (3)``; 3 is export, and no other was seen. From agent 5.7 on, as in the captures."""
        return tuple(
            f"{known.name}: {known.tag} (3)"
            for known in self.core.profile.entitlements
            if known.enforcement is EnforcementType.EXPORT_RESTRICTED and self.agent >= (5, 7)
        )

    def _job(self, job: ScheduledJob) -> ScheduledJob:
        due = job.due if isinstance(job.due, datetime) else None
        shown = self.maybe(due)
        return ScheduledJob(job.name, shown, None if shown is None else shown - self.now)

    def _statistic(self, kind: MessageKind, statistic: Statistic) -> CommunicationStatistic:
        return CommunicationStatistic(
            name=kind.value,
            total=statistic.success + statistic.fail,
            success=statistic.success,
            fail=statistic.fail,
            ongoing_overall=statistic.ongoing_overall,
            ongoing_communication=statistic.ongoing_communication,
            last_response=statistic.last_response,
            last_response_time=self.maybe(statistic.last_response_time),
            failure_reason=statistic.failure_reason,
            last_success=self.maybe(statistic.last_success),
            last_failure=self.maybe(statistic.last_failure),
        )


_NO_CERTIFICATES: Final = (("Not registered. No certificates installed", ""),)


def _total(terms: list[AuthorizationTerm]) -> int:
    """Supervisors of a chassis share a UDI, and with it a code."""
    return sum({term.member.udi: term.count for term in terms}.values())


def _zoned(instant: Instant, zone: tzinfo | None) -> Instant:
    return instant.astimezone(zone) if isinstance(instant, datetime) else instant
