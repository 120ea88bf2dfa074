"""Reports of real devices, as far as public."""

import pytest

from nornir_smartlic.files import RumReport, check_report, parse_usage_file, render_usage_file
from nornir_smartlic.model import Udi
from tests.captures import capture

pytestmark = pytest.mark.captures


def test_a_report_of_a_c9800_is_read_found_sound_and_written_back_byte_for_byte():
    usage = parse_usage_file(capture("rum-report-file/xavier-c9800cl-17.9.2-rum-v2.txt"))
    (report,) = usage.reports
    assert (report.report_id, report.udi) == (1671840750, Udi("C9800-CL-K9", "9NTUEA8FIIH"))
    assert [(m.count, m.num_samples) for m in report.measurements] == [(2, 97), (3, 417), (3, 1615)]
    assert report.measurements[-1].close_reason == "ProductReload"
    assert check_report(report) == ()
    assert parse_usage_file(render_usage_file(usage)).reports[0].payload == report.payload


def test_a_report_shown_on_the_box_is_sound_apart_from_its_missing_envelope():
    text = capture("rum-report-file/xavier-c9800cl-test-license-smart-rum-show.txt")
    report = RumReport(next(line for line in text.splitlines() if line.startswith("{")))
    assert check_report(report) == ("report 1671840757: no signature",)
    assert report.software_version == "17.09.02"


def test_a_telemetry_report_counts_nothing():
    report = RumReport(capture("rum-report-file/genielibs-c9300-17.11-telemetry-rum.txt").strip())
    assert report.is_telemetry
    assert report.ha_udis[1] == ("Standby", Udi("C9300-48U", "FOC2624Y70Z"))
    assert {m.count for m in report.measurements} == {None}
    assert check_report(report) == ()
