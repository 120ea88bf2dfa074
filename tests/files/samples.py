"""Made-up reports for the tests of files."""

import json
from datetime import UTC, datetime, timedelta

from nornir_smartlic.files import RumReport, SystemInfo, sign
from nornir_smartlic.model import Udi

JAN_1 = datetime(2025, 1, 1, tzinfo=UTC)
DEVICE = Udi("C9300-24T", "FOC00000001")
SOFTWARE = "regid.2017-05.com.cisco.C9300,v1_727af1d9-6c39-4444-b301-863f81445b72"
SUDI = {"udi_pid": DEVICE.pid, "udi_serial_number": DEVICE.sn}


def measurement(start, end, count):
    span = int((end - start).total_seconds())
    return {
        "log_time": int(start.timestamp()),
        "metric_name": "ENTITLEMENT",
        "start_time": int(start.timestamp()),
        "end_time": int(end.timestamp()),
        "sample_interval": span,
        "num_samples": span // 900 + 1,
        "meta": {},
        "value": {"type": "COUNT", "value": str(count)},
    }


def report(report_id):
    day = timedelta(days=1)
    content = {
        "version": "2.0",
        "asset_identification": {"report_id": report_id, "asset": {"name": SOFTWARE}, "instance": {"sudi": SUDI}},
        "meta": {"entitlement_tag": "regid.a,1.0_x", "ha_udi": [{"role": "Active", "sudi": SUDI}]},
        "measurements": [measurement(JAN_1, JAN_1 + day, 2), measurement(JAN_1 + day, JAN_1 + 2 * day, 3)],
    }
    payload = json.dumps(content, separators=(",", ":"))
    signature = {"sudi": SUDI, "signing_type": "builtin", "key": SOFTWARE, "value": sign(payload, "k")}
    return RumReport(payload, {"type": "rum"}, signature)


def system_info():
    return SystemInfo(DEVICE, JAN_1, "1735689600123", "branch-17", SOFTWARE)
