"""The values that everything else speaks of: frozen, typed, without I/O.

The modules are imported when a name of theirs is first asked for, so that a reader of one output does not pay for the
classes of all others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from nornir_smartlic.model.classic import (
        ClassicLicense,
        RightToUse,
        RightToUseLicense,
        RightToUseUsage,
    )
    from nornir_smartlic.model.configuration import (
        BootLevel,
        CallHome,
        Intent,
        RevocationCheck,
        RunningConfiguration,
    )
    from nornir_smartlic.model.identity import (
        Member,
        Role,
        Secret,
        SlotUdi,
        Udi,
    )
    from nornir_smartlic.model.licenses import (
        ApplicationHa,
        Authorization,
        AuthorizationStatus,
        AuthorizationTerm,
        EnforcementType,
        Entitlement,
        LicenseAuthorizations,
        LicenseType,
        LicenseUsage,
        Measurement,
        MemberAuthorization,
        MemberReservation,
        Reservation,
        ReservedLicense,
        TrustCode,
        UsageReservation,
        UsageStatus,
    )
    from nornir_smartlic.model.merge import (
        Disagreement,
        merge,
    )
    from nornir_smartlic.model.platform import (
        CallHomeProfile,
        CryptoThroughput,
        SmartCallHome,
        SyslogLine,
        ThroughputLevel,
        Trustpoint,
    )
    from nornir_smartlic.model.policy import (
        CISCO_DEFAULT_POLICY,
        Policy,
        PolicyAttributes,
        PolicyDays,
        PolicyOrigin,
        PolicyV2,
    )
    from nornir_smartlic.model.reading import (
        LicensingReading,
        Unparsed,
    )
    from nornir_smartlic.model.registration import (
        Attempt,
        AuthorizationState,
        Registration,
        RegistrationStatus,
    )
    from nornir_smartlic.model.reporting import (
        CommunicationStatistic,
        EventLogEntry,
        HistoryMessage,
        MessageHistory,
        RumReportDetail,
        RumReportLine,
        RumReportState,
        ScheduledJob,
        TelemetrySummary,
        UsageReporting,
        UsageReportSummary,
    )
    from nornir_smartlic.model.state import (
        Account,
        ClockHeader,
        Conversion,
        DeviceClock,
        LicensingModel,
        LicensingState,
        TechSupport,
    )
    from nornir_smartlic.model.times import (
        Instant,
        UnplacedTime,
        placed,
    )
    from nornir_smartlic.model.transport import (
        DataPrivacy,
        Proxy,
        Transport,
        TransportType,
    )
    from nornir_smartlic.model.version import (
        DeviceDetails,
        DeviceVersion,
        LicensePackage,
        Processor,
        SoftwareBuild,
        StackMemberLine,
    )

_NAMES: Final = {  # by module; a test compares them with the imports above and with __all__
    "classic": "ClassicLicense RightToUse RightToUseLicense RightToUseUsage",
    "configuration": "BootLevel CallHome Intent RevocationCheck RunningConfiguration",
    "identity": "Member Role Secret SlotUdi Udi",
    "licenses": (
        "ApplicationHa Authorization AuthorizationStatus AuthorizationTerm EnforcementType Entitlement "
        "LicenseAuthorizations LicenseType LicenseUsage Measurement MemberAuthorization MemberReservation "
        "Reservation ReservedLicense TrustCode UsageReservation UsageStatus"
    ),
    "merge": "Disagreement merge",
    "platform": "CallHomeProfile CryptoThroughput SmartCallHome SyslogLine ThroughputLevel Trustpoint",
    "policy": "CISCO_DEFAULT_POLICY Policy PolicyAttributes PolicyDays PolicyOrigin PolicyV2",
    "reading": "LicensingReading Unparsed",
    "registration": "Attempt AuthorizationState Registration RegistrationStatus",
    "reporting": (
        "CommunicationStatistic EventLogEntry HistoryMessage MessageHistory RumReportDetail RumReportLine "
        "RumReportState ScheduledJob TelemetrySummary UsageReporting UsageReportSummary"
    ),
    "state": ("Account ClockHeader Conversion DeviceClock LicensingModel LicensingState TechSupport"),
    "times": "Instant UnplacedTime placed",
    "transport": "DataPrivacy Proxy Transport TransportType",
    "version": "DeviceDetails DeviceVersion LicensePackage Processor SoftwareBuild StackMemberLine",
}
_HOME: Final = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOME[name]}")
    for other in _NAMES[_HOME[name]].split():  # all of them: the module and the function "merge" share a name
        globals()[other] = getattr(home, other)
    return globals()[name]


__all__ = [
    "CISCO_DEFAULT_POLICY",
    "Account",
    "ApplicationHa",
    "Attempt",
    "Authorization",
    "AuthorizationState",
    "AuthorizationStatus",
    "AuthorizationTerm",
    "BootLevel",
    "CallHome",
    "CallHomeProfile",
    "ClassicLicense",
    "ClockHeader",
    "CommunicationStatistic",
    "Conversion",
    "CryptoThroughput",
    "DataPrivacy",
    "DeviceClock",
    "DeviceDetails",
    "DeviceVersion",
    "Disagreement",
    "EnforcementType",
    "Entitlement",
    "EventLogEntry",
    "HistoryMessage",
    "Instant",
    "Intent",
    "LicenseAuthorizations",
    "LicensePackage",
    "LicenseType",
    "LicenseUsage",
    "LicensingModel",
    "LicensingReading",
    "LicensingState",
    "Measurement",
    "Member",
    "MemberAuthorization",
    "MemberReservation",
    "MessageHistory",
    "Policy",
    "PolicyAttributes",
    "PolicyDays",
    "PolicyOrigin",
    "PolicyV2",
    "Processor",
    "Proxy",
    "Registration",
    "RegistrationStatus",
    "Reservation",
    "ReservedLicense",
    "RevocationCheck",
    "RightToUse",
    "RightToUseLicense",
    "RightToUseUsage",
    "Role",
    "RumReportDetail",
    "RumReportLine",
    "RumReportState",
    "RunningConfiguration",
    "ScheduledJob",
    "Secret",
    "SlotUdi",
    "SmartCallHome",
    "SoftwareBuild",
    "StackMemberLine",
    "SyslogLine",
    "TechSupport",
    "TelemetrySummary",
    "ThroughputLevel",
    "Transport",
    "TransportType",
    "TrustCode",
    "Trustpoint",
    "Udi",
    "Unparsed",
    "UnplacedTime",
    "UsageReportSummary",
    "UsageReporting",
    "UsageReservation",
    "UsageStatus",
    "merge",
    "placed",
]
