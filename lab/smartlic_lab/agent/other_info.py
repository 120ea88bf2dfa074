"""``Other Info`` of tech support: mostly fixed facts of the agent, by its version.

Source: the ten captures of show-license-tech-support, compared key by key; between two captured versions the later one
is taken as the first that has a key.
"""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import TransportType
from smartlic_lab.agent.core import Core
from smartlic_lab.agent.exchange import url_of
from smartlic_lab.agent.history import EVENT_LOG_SIZE
from smartlic_lab.agent.releases import agent_number

_FIRST: Final = (0,)
_CAPABILITIES: Final = (
    ((6, 3), "TELEMETRY, PRODUCT-ANALYTICS, TELEMETRY_POLICY"),
    ((5, 10), "TELEMETRY, TELEMETRY_POLICY"),
    ((5, 7), "TELEMETRY"),
    (_FIRST, ""),
)
_COMMON_CAPABILITIES: Final = "UTILITY, DLC, AppHA, MULTITIER, EXPORT_2, OK_TRY_AGAIN, POLICY_USAGE"

_TYPES: Final = (
    ("Build type", "Production"),
    ("sizeof(char)", "1"),
    ("sizeof(int)", "4"),
    ("sizeof(long)", "4"),
    ("sizeof(char *)", "8"),
    ("sizeof(time_t)", "4"),
    ("sizeof(size_t)", "8"),
    ("Endian", "Big"),
)
_INTERFACES: Final = (
    ("Check Point Interface", "True"),
    ("Config Management Interface", "False"),
    ("License Map Interface", "True"),
    ("HA Interface", "True"),
    ("Trusted Store Interface", "True"),
    ("Platform Data Interface", "True"),
    ("Crypto Version 2 Interface", "False"),
    ("SAPluginMgmtInterfaceMutex", "True"),
    ("SAPluginMgmtIPDomainName", "True"),
)
# key, value, first agent that prints it, first that no longer does
_SETTINGS: Final[tuple[tuple[str, str, tuple[int, ...], tuple[int, ...] | None], ...]] = (
    ("SmartTransportVRFSupport", "True", (5, 3), None),
    ("SmartAgentClientWaitForServer", "2000", _FIRST, None),
    ("SmartAgentCmReTrySend", "True", _FIRST, None),
    ("SmartAgentClientIsUnified", "True", _FIRST, None),
    ("SmartAgentCmClient", "True", _FIRST, None),
    ("SmartAgentClientName", "UnifiedClient", _FIRST, None),
    ("builtInEncryption", "True", _FIRST, None),
    ("enableOnInit", "True", _FIRST, None),
    ("routingReadyByEvent", "True", _FIRST, None),
    ("systemInitByEvent", "True", _FIRST, None),
    ("SmartTransportServerIdCheck", "True", _FIRST, None),
    ("SmartTransportProxySupport", "True", _FIRST, None),
    ("SmartAgentMaxERMNotifyListSize", "6000", (6, 0), None),
    ("SmartAgentDay0Enforcement", "False", (6, 3), None),
    ("SmartAgentUnifiedLicensing", "False", (6, 3), None),
    ("SmartAgentSLPEnhanced", "False", (6, 0), None),
    ("SmartAgentPurgeAllReports", "False", (6, 0), None),
    ("trustpointEnrollmentOnBoot", "False", (6, 0), None),
    ("SmartAgentMaxSingleReportSize", "0", (6, 0), None),
    ("SmartAgentSLACReturnForcedAllowed", "False", (5, 11), None),
    ("SmartAgentComplianceStatus", "False", (5, 9), None),
    ("SmartAgentTelemetryRumReportMax", "600", (5, 7), None),
    ("SmartAgentRumTelemetryRumStoreMin", "500", (5, 7), None),
    ("SmartAgentPolicyDisplayFormat", "0", (5, 3), None),
    ("SmartAgentReportOnUpgrade", "False", _FIRST, None),
    ("SmartAgentIndividualRUMEncrypt", "2", (5, 3), None),
    ("SmartAgentUsageStatisticsEnable", "False", _FIRST, (5, 3)),
    ("SmartAgentMaxRumMemory", "50", _FIRST, None),
    ("SmartAgentConcurrentThreadMax", "10", _FIRST, None),
    ("SmartAgentPolicyControllerModel", "False", _FIRST, None),
    ("SmartAgentDisableCacheSWID", "False", (5, 10), None),
    ("SmartAgentPolicyModel", "True", _FIRST, None),
    ("SmartAgentFederalLicense", "True", _FIRST, None),
    ("SmartAgentMultiTenant", "False", _FIRST, None),
    ("attr365DayEvalSyslog", "True", _FIRST, None),
    ("checkPointWriteOnly", "False", _FIRST, None),
    ("SmartAgentDelayCertValidation", "False", _FIRST, None),
    ("enableByDefault", "False", _FIRST, None),
    ("conversionAutomatic", "False", _FIRST, None),
    ("conversionAllowed", "False", _FIRST, None),
    ("storageEncryptDisable", "False", _FIRST, None),
    ("storageLoadUnencryptedDisable", "False", _FIRST, None),
    ("TSPluginDisable", "False", _FIRST, None),
    ("bypassUDICheck", "False", _FIRST, None),
    ("loggingAddTStamp", "False", _FIRST, None),
    ("loggingAddTid", "True", _FIRST, None),
    ("HighAvailabilityOverrideEvent", "UnknownPlatformEvent", _FIRST, None),
    ("platformIndependentOverrideEvent", "UnknownPlatformEvent", _FIRST, None),
    ("platformOverrideEvent", "SmartAgentSystemDataListChanged", _FIRST, None),
    ("WaitForHaRole", "False", _FIRST, None),
    ("standbyIsHot", "True", _FIRST, None),
    ("chkPtType", "2", _FIRST, None),
    ("delayCommInit", "False", _FIRST, None),
    ("roleByEvent", "True", _FIRST, None),
    ("maxTraceLength", "150", _FIRST, None),
    ("traceAlwaysOn", "True", _FIRST, None),
    ("debugFlags", "0", _FIRST, None),
)

# The far end that last answered: CSSM (5.1.26, 5.11.3), CSLU (5.7.6).
_SSM: Final = ("SSM", "1.3", "DLC, AppHA, EXPORT_2, POLICY_USAGE, UTILITY")
_CSLU: Final = ("CSLU_V1", "v1", f"{_COMMON_CAPABILITIES}, CSLU_V1")


def other_info(core: Core) -> tuple[tuple[str, str | None], ...]:
    """The flat list, as printed."""
    agent = agent_number(core.profile.agent_version)
    settings = core.settings
    lines: list[tuple[str, str | None]] = [
        ("Software ID", core.profile.software_id),
        ("Agent State", "authorized"),
        ("TS enable", "True"),
        ("Transport", settings.transport.value),
    ]
    if settings.transport is TransportType.SMART:
        lines.append(("Default URL", url_of(core)))
    lines += [
        ("Locale", "en_US.UTF-8"),
        ("Debug flags", "0x7"),
        ("Privacy Send Hostname", str(not settings.hostname_privacy)),
        ("Privacy Send IP", "True"),
        *_TYPES,
        ("Write Erase Occurred", "False"),
        ("XOS version", "0.12.0.0"),
        ("Config Persist Received", "False"),
        ("Message Version", "1.3"),
        *_connection(core),
    ]
    more = next(words for first, words in _CAPABILITIES if agent >= first)
    lines.append(("agent.capabilities", ", ".join(filter(None, (_COMMON_CAPABILITIES, more)))))
    lines += _INTERFACES
    lines += [
        (key, value) for key, value, first, gone in _SETTINGS if agent >= first and (gone is None or agent < gone)
    ]
    size = core.store.history.events_size // 1024
    trusted = core.store.trust.installed
    return (
        *lines,
        ("Event log max size", f"{EVENT_LOG_SIZE // 1024} KB"),
        ("Event log current size", f"{size} KB"),
        ("Overall Trust", "INSTALLED (2)" if trusted else "No ID"),
        ("Clock sync-ed with NTP", str(core.clock_synchronised)),
    )


def _connection(core: Core) -> list[tuple[str, str | None]]:
    answered = any(statistic.success for statistic in core.communication.statistics.values())
    if not answered:
        return [
            ("connect_info.name", None),
            ("connect_info.version", None),
            ("connect_info.additional", None),
            ("connect_info.prod", "False"),
            ("connect_info.capabilities", None),
        ]
    name, version, capabilities = _CSLU if core.settings.transport is TransportType.CSLU else _SSM
    return [
        ("connect_info.name", name),
        ("connect_info.version", version),
        ("connect_info.additional", None),
        ("connect_info.prod", "True"),
        ("connect_info.capabilities", capabilities),
    ]


def trust_lines(core: Core) -> tuple[tuple[str, str], ...]:
    """One line per member, or one for the standalone device. TrustId is printed from agent 5.7 on."""
    named = agent_number(core.profile.agent_version) >= (5, 7)
    lines = []
    for member in core.members:
        short = f"P:{member.udi.pid},S:{member.udi.sn}"
        code = core.store.trust.codes.get(str(member.udi))
        shown = "No Trust Data"
        if code is not None:
            shown = f"{short}, state[2], Trust Data INSTALLED" + (f"  TrustId:{code.trust_id}" if named else "")
        lines.append(("Local Device" if core.profile.standalone else short, shown))
    return tuple(lines)
