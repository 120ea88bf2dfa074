"""Our values in the shape that Genie's parsers give, so that each of theirs can be compared with ours.

Words come out as the device prints them; Genie keeps them so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from nornir_smartlic.model import (
    CallHomeProfile,
    ClassicLicense,
    ClockHeader,
    CryptoThroughput,
    DeviceDetails,
    DeviceVersion,
    LicenseUsage,
    LicensingState,
    Member,
    Policy,
    PolicyAttributes,
    SmartCallHome,
    TechSupport,
    ThroughputLevel,
    Transport,
    Trustpoint,
    Udi,
    UsageReporting,
)
from smartlic_lab.show.words import (
    allowed,
    clock,
    empty,
    instant,
    interval,
    none,
    remaining,
    switch,
    time_or_none,
    truth,
)

Shape = dict[str, Any]


def _key(text: str) -> str:
    """``Sync overdue (days)`` -> ``sync_overdue_days``."""
    return re.sub(r"[^a-z0-9*]+", "_", text.lower()).strip("_")


def _udi(udi: Udi) -> Shape:
    return {"pid": udi.pid, "sn": udi.sn}


def _by_role(members: Sequence[tuple[Member, Shape]]) -> Shape:
    """``active``, ``standby``, ``member``, ``member2``, ..."""
    shape: Shape = {}
    for member, printed in members:
        role = member.role.value.lower()
        count = sum(1 for name in shape if name.startswith(role))
        shape[role if not count else f"{role}{count + 1}"] = {**_udi(member.udi), **printed}
    return shape


def _attributes(printed: PolicyAttributes) -> Shape:
    days = (printed.first_report, printed.reporting_frequency, printed.report_on_change)
    names = ("first_report_requirement_days", "reporting_frequency_days", "report_on_change_days")
    return {name: f"{item.days} ({item.origin.value})" for name, item in zip(names, days, strict=True)}


def _policy(printed: Policy) -> Shape:
    shape = {
        "policy_in_use": f"Installed On {instant(printed.installed)}"
        if printed.installed
        else "Merged from multiple sources.",
        "reporting_ack_required": f"{'yes' if printed.ack_required else 'no'} ({printed.ack_required_origin.value})",
        "unenforced_non_export_perpetual_attributes": _attributes(printed.perpetual),
        "unenforced_non_export_subscription_attributes": _attributes(printed.subscription),
        "enforced_perpetual_subscription_license_attributes": _attributes(printed.enforced),
        "export_perpetual_subscription_license_attributes": _attributes(printed.export),
    }
    return {**shape, "policy_name": printed.name}


def _reporting(printed: UsageReporting) -> Shape:
    push = f"{printed.push_interval.days}  days" if printed.push_interval else "0 (no reporting)"
    if printed.state is not None and printed.in_policy is not None:
        push += f" State({printed.state}) InPolicy({printed.in_policy.days})"
    return {
        "last_ack_received": time_or_none(printed.last_ack),
        "next_ack_deadline": time_or_none(printed.next_ack_deadline),
        "reporting_push_interval": push,
        "next_ack_push_check": time_or_none(printed.next_ack_push_check),
        "next_report_push": time_or_none(printed.next_report_push),
        "last_report_push": time_or_none(printed.last_report_push),
        "last_report_file_write": time_or_none(printed.last_report_file_write),
    }


def _transport(printed: Transport, *, tech: bool) -> Shape:
    proxy = printed.proxy
    four = {
        "address": empty(proxy.address if proxy else None),
        "port": proxy.port if proxy and proxy.port else "<empty>",
        "username": empty(proxy.username if proxy else None),
        "password": "<empty>",
    }
    return {
        "type": printed.type.value,
        "url": empty(printed.url),
        "cslu_address": empty(printed.cslu_address),
        "proxy": four if tech else "" if proxy else "Not Configured",
        "vrf": (empty(printed.vrf), "Not Configured") if printed.vrf is None else printed.vrf,
        "server_identity_check": truth(bool(printed.server_identity_check)),
        "ip_mode": printed.ip_mode,
        "trust_point": printed.trust_point,
    }


def _head(state: LicensingState, *, tech: bool = False) -> Shape:
    """What status, all and tech support have in common."""
    shape: Shape = {
        "utility": {"status": switch(bool(state.utility))},
        "smart_licensing_using_policy": {"status": switch(bool(state.slp)), "reporting_mode": state.reporting_mode},
        "miscellaneous": {"custom_id": empty(state.custom_id)},
        "export_authorization_key": {"features_authorized": ("<none>", "none")},
    }
    if state.account is not None:
        as_of = f" As of {instant(state.account.as_of)}" if state.account.as_of else ""
        shape["account_information"] = {
            "smart_account": f"{none(state.account.smart_account)}{as_of}",
            "virtual_account": none(state.account.virtual_account),
        }
    elif state.registration is not None:
        shape["account_information"] = {
            "smart_account": state.registration.smart_account,
            "virtual_account": state.registration.virtual_account,
            "export_controlled": allowed(bool(state.registration.export_controlled_allowed)),
        }
    if state.privacy is not None:
        shape["data_privacy"] = {
            "sending_hostname": "yes" if state.privacy.sending_hostname else "no",
            "callhome_hostname_privacy": switch(state.privacy.callhome_hostname_privacy),
            "smart_licensing_hostname_privacy": switch(state.privacy.hostname_privacy),
            "version_privacy": switch(state.privacy.version_privacy),
        }
    if state.conversion is not None:
        shape["license_conversion"] = {
            "automatic_conversion_enabled": truth(state.conversion.automatic),
            "last_data_push": time_or_none(state.conversion.last_data_push),
            "last_file_export": time_or_none(state.conversion.last_file_export),
        }
    if state.transport is not None:
        shape["transport"] = _transport(state.transport, tech=tech)
    if state.policy is not None:
        shape["policy"] = _policy(state.policy)
    if state.usage_reporting is not None:
        shape["usage_reporting"] = _reporting(state.usage_reporting)
    shape["trust_code_installed"] = _trust(state)
    return shape


def _trust(state: LicensingState) -> Any:
    codes = state.trust_codes
    if not codes:
        return "<none>"
    if codes[0].member is None:
        return time_or_none(codes[0].installed)
    members = []
    for code in codes:
        info = f"INSTALLED on {time_or_none(code.installed)}"
        if code.valid is not None:
            info += f"    Valid on {instant(code.valid)}"
        members.append((code.member, {"info": info}))
    return _by_role(members)


def _header(header: ClockHeader | None) -> Shape:
    if header is None:
        return {}
    time = f"{header.mark}{clock(header.time)}"
    five = header.load[0]
    loads = [int(part.strip("%")) for part in (*five.split("/"), *header.load[1:])]
    return {
        "load_for_five_secs": five,
        "load_time": five,
        "one_minute": header.load[1],
        "five_minutes": header.load[2],
        "time_source_is_ntp": time,
        "ntp_time": time,
        "primary_load_time_percent": loads[0],
        "secondary_load_time_percent": loads[1],
        "one_minute_load_percent": loads[2],
        "five_minute_load_percent": loads[3],
    }


def _license(used: LicenseUsage) -> Shape:
    return {
        "description": used.description,
        "count": used.count,
        "version": used.version,
        "status": used.status.value,
        "export_status": used.export_status,
        "feature_name": used.feature_name,
        "feature_description": used.feature_description,
        "enforcement_type": used.enforcement.value if used.enforcement else None,
        "license_type": used.license_type.value if used.license_type else None,
    }


def _licenses(state: LicensingState) -> Shape:
    return {f"{used.name} ({used.display}):": _license(used) for used in state.usage or ()}


def status(state: LicensingState) -> Shape:
    """``ShowLicenseStatus``."""
    return {**_header(state.header), **_head(state)}


def license_all(state: LicensingState) -> Shape:
    """``ShowLicenseAll``."""
    shape: Shape = {
        **_header(state.header),
        "smart_licensing_status": _head(state),
        "license_usage": {"license_name": _licenses(state)},
        "product_information": _product(state),
        "agent_version": {"smart_agent_for_licensing": state.agent_version},
    }
    if state.authorizations is not None:
        shape["license_authorizations"] = {
            "overall_status": _by_role(
                [(who.member, {"status": who.status.value}) for who in state.authorizations.members]
            ),
            "purchased_licenses": "No Purchase Information Available",
        }
    summary = state.report_summary
    if summary is not None:
        shape["usage_report_summary"] = {
            "total": str(summary.total),
            "purged": str(summary.purged),
            "total_acknowledged_received": str(summary.acknowledged),
            "waiting_for_ack": str(summary.waiting_for_ack),
            "available_to_report": str(summary.available_to_report),
            "collecting_data": str(summary.collecting_data),
        }
    return shape


def _product(state: LicensingState) -> Shape:
    shape: Shape = {"udi": _udi(state.udi)} if state.udi else {}
    if state.members:
        shape["ha_udi_list"] = _by_role([(who, {}) for who in state.members])
    return shape


def usage(state: LicensingState) -> Shape:
    """``ShowLicenseUsage``."""
    printed = state.authorization_state
    return {"license_name": _licenses(state), "license_authorization": {"status": printed.status if printed else None}}


def summary(state: LicensingState) -> Shape:
    """``ShowLicenseSummary``."""
    used = {
        item.display: {
            "license": item.name,
            "entitlement": item.display,
            "count": str(item.count),
            "status": item.status.value,
        }
        for item in state.usage or ()
    }
    return {"account_information": _head(state).get("account_information"), "license_usage": used}


def udi(state: LicensingState) -> Shape:
    """``ShowLicenseUdi``."""
    shape: Shape = {**_header(state.header), **_product(state)}
    shape["udi_details"] = shape.get("udi")
    for slot in state.slots or ():
        printed = f"{slot.udi.pid}:{slot.udi.sn}"
        shape.update({"slotid": "*" if slot.own else slot.slot, **_udi(slot.udi), "udi": printed})
    return shape


def classic(state: LicensingState) -> Shape:
    """``ShowLicense``."""
    return {"licenses": {item.index: _classic(item) for item in state.classic or ()}}


def _classic(item: ClassicLicense) -> Shape:
    used = re.fullmatch(r"(\d+) +minute +(\d+) +second", item.period_used or "")
    return {
        "feature": item.feature,
        "period_left": item.period_left,
        "period_minutes": int(used.group(1)) if used else None,
        "period_seconds": int(used.group(2)) if used else None,
        "license_type": item.license_type,
        "license_state": item.state,
        "count": item.count,
        "count_in_use": item.in_use,
        "count_violation": item.violation,
        "license_priority": item.priority,
    }


def rum_all(state: LicensingState) -> Shape:
    """``ShowLicenseRumIdAll``."""
    return {
        "smart_license_usage_reports": {
            row.report_id: {"state": row.state.value, "flag": row.flag, "feature_name": row.feature_name}
            for row in state.rum_reports or ()
        }
    }


def rum_detail(state: LicensingState) -> Shape:
    """``ShowLicenseRumIdDetail``."""
    return {
        "report_id": {
            str(printed.report_id): {
                "metric_name": printed.metric_name,
                "feature_name": printed.feature_name,
                "metric_value": printed.metric_value,
                "udi": _udi(printed.udi),
                "previous_report_id": str(printed.previous_report_id or 0),
                "next_report_id": str(printed.next_report_id or 0),
                "state": printed.state.value,
                "state_change_reason": none(printed.change_reason),
                "start_time": time_or_none(printed.start),
                "end_time": time_or_none(printed.end),
                "storage_state": printed.storage_state,
                "transaction_id": str(printed.transaction_id),
                "transaction_message": none(printed.transaction_message),
            }
            for printed in state.rum_details or ()
        }
    }


def event_log(state: LicensingState) -> Shape:
    """``ShowLicenseEventlog2``."""
    messages = []
    for entry in state.event_log or ():
        attributes = "".join(f' {key}="{value}"' for key, value in entry.attributes)
        messages.append({"log_message": f"{entry.event}{attributes}"})
    return {**_header(state.header), "event_log": messages, "no_eventlog_found": not messages}


def history(state: LicensingState) -> Shape:
    """``ShowLicenseHistoryMessage``, where there is none."""
    printed = state.history
    if printed is None:
        return {}
    return {
        "message_history": {_key(name): "No past history" for name, found in printed.messages if not found},
        "import_message_history": {
            _key(name.removeprefix("Import ")): "No past Import history" for name, found in printed.imports if not found
        },
    }


def tech_support(state: LicensingState) -> Shape:
    """``ShowLicenseTechSupport``."""
    printed = state.tech_support
    if printed is None:
        return {}
    shape: Shape = {
        **_header(state.header),
        "smart_licensing_status": _head(state, tech=True),
        "license_usage": {"handle": {used.handle: _handle(used) for used in state.usage or ()}},
        "product_information": _product(state),
        "agent_version": {"smart_agent_for_licensing": state.agent_version},
        "upcoming_scheduled_jobs": _jobs(printed),
        "communication_statistics": _statistics(printed),
        "license_certificates": {_key(key): value for key, value in printed.certificates if value},
        "ha_info": {_key(key): value for key, value in printed.ha},
        "reservation_info": _reservation(state, printed),
        "usage_report_summary": _tech_summary(state),
        "other_info": _other(printed),
        "platform_provided_mapping_table": _mapping(printed),
    }
    if state.telemetry is not None:
        lines = {
            _key(key): int(empty(value)) if empty(value).isdigit() else empty(value)
            for key, value in state.telemetry.lines
        }
        shape[_key(state.telemetry.title)] = {**lines, "trust_code_installed": _trust(state)}
    return shape


def _handle(used: LicenseUsage) -> Shape:
    measured = {
        item.metric.lower(): {
            "interval": interval(item.interval),
            "current_value": item.current_value,
            "current_report": item.current_report or 0,
            "previous": item.previous_report or 0,
        }
        for item in used.measurements
    }
    counts = used.counts or (None,) * 4
    return {
        **_license(used),
        "license": used.name,
        "entitlement_tag": used.tag,
        "status": f"{used.status.value}({used.status_code})",
        "status_time": time_or_none(used.status_time),
        "request_time": instant(used.request_time) if used.request_time else "None",
        "authorized_count": counts[0],
        "outofcompliance_count": counts[1],
        "insufficient_count": counts[2],
        "no_license": counts[3],
        "day0_verification": "YES" if used.day0_verification else "NO",
        "measurements": measured,
        "soft_enforced": truth(bool(used.soft_enforced)),
    }


def _jobs(printed: TechSupport) -> Shape:
    shape: Shape = {"current_time": time_or_none(printed.current_time)}
    for job in printed.jobs:
        if job.due is None:
            text = "Expired Not Rescheduled"
        elif job.remaining is None:
            text = f"{instant(job.due)}  (Expired)"
        else:
            text = f"{instant(job.due)} ({remaining(job.remaining)} remaining)"
        shape[_key(job.name)] = text
    return shape


def _statistics(printed: TechSupport) -> Shape:
    shape: Shape = {
        "communication_level_allowed": empty(printed.communication_level),
        "overall_state": empty(printed.overall_state),
    }
    for group in printed.statistics:
        on = f" on {instant(group.last_response_time)}" if group.last_response_time else ""
        shape[_key(group.name)] = {
            "attempts": f"Total={group.total}, Success={group.success}, Fail={group.fail}",
            "ongoing_failure": f"Overall={group.ongoing_overall} Communication={group.ongoing_communication}",
            "last_response": f"{none(group.last_response)}{on}",
            "failure_reason": none(group.failure_reason),
            "last_success_time": time_or_none(group.last_success),
            "last_failure_time": time_or_none(group.last_failure),
        }
    return shape


def _reservation(state: LicensingState, printed: TechSupport) -> Shape:
    if state.reservation is None:
        return {}
    members = [
        (
            who.member,
            {
                "reservation_status": who.status.value,
                "request_code": none(who.request_code),
                "last_return_code": none(who.last_return_code),
                "last_confirmation_code": none(who.last_confirmation_code),
                "reservation_authorization_code": none(who.authorization_code),
            },
        )
        for who in state.reservation.members
    ]
    pushes = state.authorizations
    return {
        "license_reservation": switch(state.reservation.enabled),
        "last_data_push": time_or_none(pushes.last_data_push if pushes else None),
        "last_file_export": time_or_none(pushes.last_file_export if pushes else None),
        "overall_status": _by_role(members),
        "purchased_licenses": "No Purchase Information Available",
        "last_reporting_not_required": {"entitlement_tag": printed.reporting_not_required[-1]}
        if printed.reporting_not_required
        else {},
    }


def _tech_summary(state: LicensingState) -> Shape:
    printed = state.report_summary
    if printed is None:
        return {}
    return {
        "total": printed.total,
        "purged": f"{printed.purged}({printed.purged_bracket})",
        "total_acknowledged_received": printed.acknowledged,
        "waiting_for_ack": f"{printed.waiting_for_ack}({printed.waiting_for_ack_bracket})",
        "available_to_report": printed.available_to_report,
        "collecting_data": printed.collecting_data,
        "maximum_display": printed.maximum_display,
        "in_storage": printed.in_storage,
        "mia": f"{printed.mia}({printed.mia_bracket})",
        "report_module_status": printed.module_status,
    }


def _other(printed: TechSupport) -> Shape:
    shape: Shape = {}
    for key, value in printed.other:
        name = _key(key).replace("clock_sync_ed_with_ntp", "clock_synced_with_ntp").replace("char_*", "char_*")
        text = empty(value)
        shape[name] = int(text) if text.isdigit() else text
    trust: Shape = {}
    for who, line in printed.trust_lines:
        owner = line if who == "Local Device" else who
        pair = re.search(r"P:([^,]+),S:(\w+)", owner)
        if pair is None:
            shape["local_device"] = line
            continue
        number = re.search(r"TrustId:(\d+)", line)
        words = re.search(r"No Trust Data|Trust Data INSTALLED|NOT INSTALLED", line)
        item = {
            "p": pair.group(1),
            "trustvalue": words.group() if words else None,
            "trustid": int(number.group(1)) if number else None,
        }
        serial = pair.group(2).lower()
        trust.update({serial: item, f"{serial}:": item})  # Genie keeps the colon where no TrustId follows
    return {**shape, "trust_data": trust}


def _mapping(printed: TechSupport) -> Shape:
    shape: Shape = {"enforced_licenses": {}}
    for pid, count in printed.mapping:
        shape.update({"pid": pid, "total_licenses_found": count})
    for udi, names in printed.enforced:
        item: Shape = {"pid": udi.pid}
        for name in names:
            feature, _, tag = name.partition(": ")
            tagged = re.fullmatch(r"(regid\S+) \((\d+)\)", tag)
            if tagged:
                item.update({f"{feature}_entitlement_tag": tagged.group(1), f"{feature}_no": int(tagged.group(2))})
            else:
                item[feature] = tag.strip()
        shape["enforced_licenses"][udi.sn.lower()] = item
    return shape


def profiles(printed: tuple[CallHomeProfile, ...]) -> Shape:
    """``ShowCallHomeProfileAll``; the severity column's heading counts as a pattern there."""
    return {"profile": {"name": {profile.name: _profile(profile) for profile in printed}}}


def _profile(printed: CallHomeProfile) -> Shape:
    rows = (*(printed.alert_groups or (("N/A", "N/A"),)), *(printed.syslog_patterns or (("N/A", "N/A"),)))
    headings = {"Alert-group": {"severity": "Severity"}, "Syslog-Pattern": {"severity": "Severity"}}
    schedules = {}
    for kind, schedule in printed.schedules:
        when, _, time = schedule.rpartition(" at ")
        schedules[kind] = {"scheduled": when, "time": time}
    return {
        "status": "ACTIVE" if printed.active else "INACTIVE",
        "mode": printed.mode,
        "reporting_data": ", ".join(printed.reporting),
        "preferred_message_format": printed.message_format,
        "message_size_limit_in_bytes": printed.size_limit_bytes,
        "transport_method": printed.transport,
        "http_address": printed.http_addresses[0] if printed.http_addresses else None,
        "email_address": ",".join(printed.email_addresses) or "Not yet set up",
        "other_address": printed.other_addresses[0] if printed.other_addresses else None,
        "periodic_info": schedules,
        "group_pattern": {**headings, **{name: {"severity": severity} for name, severity in rows}},
    }


def smart_call_home(printed: SmartCallHome) -> Shape:
    """``ShowCallHomeSmartLicensing``."""
    return {
        "smart_licensing_settings": {
            "smart_license_messages": "enabled" if printed.messages_enabled else "disabled",
            "profile": printed.profile,
            "status": "ACTIVE" if printed.profile_active else "INACTIVE",
            "destination_url": printed.urls[0],
        }
    }


def trustpoints(printed: tuple[Trustpoint, ...]) -> Shape:
    """``ShowCryptoPkiTrustpoints``."""
    return {
        "trustpoints": {
            point.name: {
                "issuing_ca": {"subject": dict(point.subject)},
                "serial_number_in_hex": point.serial,
                "comment": " \n ".join(point.notes),
            }
            for point in printed
        }
    }


def crypto_throughput(printed: CryptoThroughput) -> Shape:
    """``ShowPlatformHardwareThroughputCrypto``."""
    return {
        "current_configured_crypto_throughput_level": printed.configured,
        "level": "saved" if printed.saved else "not saved",
        "reboot": "required" if printed.reboot_required else "not required",
        "current_enforced_crypto_throughput_level": printed.enforced,
        "crypto_throughput": printed.throttling,
        "default_crypto_throughput_level": printed.default,
        "current_boot_level": printed.boot_level,
    }


def throughput_level(printed: ThroughputLevel) -> Shape:
    """``ShowPlatformHardwareThroughputLevel``."""
    return {"curr_throughput_level": "unthrottled" if printed.kbps is None else f"{printed.kbps} {printed.unit}"}


def version(printed: DeviceVersion) -> Shape:
    """``ShowVersion``."""
    suites = [name for name, _ in printed.details.suites] if printed.details else []
    packages = {
        (package.technology or package.current or "None"): {
            "license_level": package.current or "None",
            "license_type": package.type or "None",
            "next_reload_license_level": package.next_boot or "None",
        }
        for package in printed.packages
        if package.technology not in suites
    }
    return {
        "version": {
            "hostname": printed.hostname,
            "uptime": printed.uptime,
            "system_image": printed.image,
            "last_reload_reason": printed.reload_reason,
            "chassis": printed.platform,
            "rtr_type": printed.platform,
            "license_type": printed.license_type,
            "license_level": printed.boot_level,
            "next_reload_license_level": printed.next_boot_level,
            "air_license_level": printed.air_level,
            "next_reload_air_license_level": printed.next_air_level,
            "license_package": packages,
            **(_version_details(printed, printed.details) if printed.details else {}),
        }
    }


def _version_details(printed: DeviceVersion, details: DeviceDetails) -> Shape:
    build = details.build
    assert build is not None
    label = build.label or ""
    processor = details.processor
    disks = [memory for memory in details.memories if " at " in memory[1]]
    return {
        "os": "IOS-XE",
        "xe_version": build.xe_version,
        "version": build.version,
        "version_short": ".".join(build.version.split(".")[:2]),
        "platform": build.product.removesuffix(" Software"),
        "image_id": build.image,
        "location": build.train,
        "label": label,
        "build_label": label.strip("[").partition(":")[0],
        "image_type": "developer image" if build.experimental else "production image",
        "copyright_years": build.copyright,
        "compiled_date": build.compiled,
        "compiled_by": build.compiled_by,
        "rom": details.rom,
        "bootldr": details.boot_loader,
        "uptime_this_cp": details.processor_uptime,
        "returned_to_rom_by": details.returned_by,
        "returned_to_rom_at": details.returned_at,
        "system_restarted_at": details.restarted_at,
        "main_mem": str(processor.main_memory_kib) if processor else None,
        "processor_type": processor.type if processor else None,
        "chassis_sn": details.board_id,
        "router_operating_mode": details.operating_mode,
        "number_of_intfs": {kind: str(count) for count, kind in details.interfaces},
        "mem_size": {what.removesuffix(" memory"): str(kib) for kib, what in details.memories if " at " not in what},
        "disks": {
            f"{what.rpartition(' at ')[2]}.": {"disk_size": str(kib), "type_of_disk": what.rpartition(" at ")[0]}
            for kib, what in disks
        },
        "installation_mode": details.installation_mode,
        "curr_config_register": details.configuration_register,
        "switch_num": {
            str(switch or 1): {_INVENTORY.get(key, _key(key)): value for key, value in pairs}
            for switch, pairs in details.inventory
        },
        "module": {details.suite_module: _suites(printed, details)},
    }


_INVENTORY = {
    "Base Ethernet MAC Address": "mac_address",
    "Motherboard Assembly Number": "mb_assembly_num",
    "Motherboard Serial Number": "mb_sn",
    "Model Revision Number": "model_rev_num",
    "Motherboard Revision Number": "mb_rev_num",
    "Model Number": "model_num",
    "System Serial Number": "system_sn",
    "Top Assembly Part Number": "top_assembly_part_num",
    "Top Assembly Revision Number": "top_assembly_rev_num",
}


def _suites(printed: DeviceVersion, details: DeviceDetails) -> Shape:
    rows = {package.technology: package for package in printed.packages}
    shape: Shape = {}
    for suite, features in details.suites:
        row = rows[suite]
        shape[suite] = {
            "suite_current": row.current or "None",
            "type": row.type or "None",
            "suite_next_reboot": row.next_boot or "None",
        }
        shape.update({feature: {} for feature in features})
    return shape
