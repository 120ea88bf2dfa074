"""Usage report files: payloads byte for byte, reading within bounds, sound reports and unsound ones."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files import RumReport, UsageFile, check_report, parse_usage_file, render_usage_file, samples
from tests.files.samples import DEVICE, JAN_1, report, system_info


def test_a_file_comes_back_as_it_was_written():
    usage = UsageFile((report(1735689600), report(1735689601)), system_info())
    assert parse_usage_file(render_usage_file(usage)) == usage


def test_a_report_stands_on_one_line_so_that_count_counts_reports():
    lines = render_usage_file(UsageFile((report(1), report(2)), system_info())).splitlines()
    assert sum("RUMReport" in line for line in lines) == 2


@given(st.text())
def test_any_payload_survives_byte_for_byte(text):
    payload = json.dumps({**json.loads(report(7).payload), "note": text}, ensure_ascii=False)
    usage = UsageFile((RumReport(payload, {"type": "rum"}, {"value": "]]>"}),))
    assert parse_usage_file(render_usage_file(usage)).reports[0].payload == payload


def test_a_declaration_and_new_indents_do_not_touch_the_payload():
    original = report(1735689600)
    pretty = json.dumps(original.as_json(), indent=2)
    cdata = f"<smartLicense>\n <RUMReport>\n <![CDATA[{pretty}]]>\n </RUMReport>\n</smartLicense>"
    text = f'\ufeff<?xml version="1.0" encoding="UTF-16"?>\n{cdata}'
    assert parse_usage_file(text).reports == (original,)


GARBLED = {
    "empty": ("", "the file is empty"),
    "a prompt": ("Router#more flash:usage.txt", "starts with 'Router#more flash:usage.txt'"),
    "cut off": (render_usage_file(UsageFile((report(1),)))[:-40], "not XML"),
    "entities": ('<!DOCTYPE a [<!ENTITY b "c">]><smartLicense>&b;</smartLicense>', "document type"),
    "deep": ("<a>" * 50, "nested deeper"),
    "no report": ("<smartLicense><smartLicenseRumAck/></smartLicense>", "expected at least one RUMReport"),
    "another root": ("<html></html>", "<html>"),
    "no JSON": ("<smartLicense><RUMReport><![CDATA[{oops]]></RUMReport></smartLicense>", "expected JSON"),
    "a list": ("<smartLicense><RUMReport>[1]</RUMReport></smartLicense>", "expected an object"),
    "deep JSON": (f"<smartLicense><RUMReport>{'[' * 200000}</RUMReport></smartLicense>", "nested too deep"),
    "no payload": ('<smartLicense><RUMReport>{"payload": 3}</RUMReport></smartLicense>', "no payload text"),
    "no id": ('<smartLicense><RUMReport>{"payload": "{}"}</RUMReport></smartLicense>', "no report_id"),
    "a surrogate": ("<smartLicense>\ud800</smartLicense>", "not text"),
}


@pytest.mark.parametrize(("text", "reason"), GARBLED.values(), ids=GARBLED)
def test_a_garbled_file_is_rejected_in_one_line_that_names_what_was_found(text, reason):
    with pytest.raises(FileRejected, match=reason.replace("[", r"\[")) as caught:
        parse_usage_file(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.text())
def test_no_text_at_all_gives_anything_but_a_value_or_a_rejection(text):
    for whole in (text, f"<smartLicense><RUMReport>{text}</RUMReport></smartLicense>"):
        with suppress(FileRejected):  # anything else fails the test
            parse_usage_file(whole)


@pytest.mark.parametrize(
    ("seconds", "clock_change", "expected"), [(86399, 0, 97), (374401, 0, 417), (40500, 0, 46), (1449167, -3433, 1615)]
)
def test_samples_are_counted_as_in_the_reports_that_were_seen(seconds, clock_change, expected):
    assert samples(timedelta(seconds=seconds), timedelta(seconds=clock_change)) == expected


def test_a_sound_report_has_no_problems():
    assert check_report(report(1735689600), key="k") == ()


def changed(change):
    content = json.loads(report(5).payload)
    change(content)
    return RumReport(json.dumps(content), report(5).header, report(5).signature)


@pytest.mark.parametrize(
    ("unsound", "problem"),
    [
        (RumReport(report(5).payload), "no signature"),
        (RumReport(report(5).payload, None, {**report(5).signature, "value": "AAAA"}), "base64 of 32 bytes"),
        (changed(lambda content: content["measurements"][0]["value"].update(value="9")), "does not fit the payload"),
        (changed(lambda content: content["measurements"][1].update(start_time=0)), "overlap"),
        (changed(lambda content: content["measurements"][0].update(num_samples=3)), "3 samples - expected 97"),
        (changed(lambda content: content["measurements"][0].update(sample_interval=3)), "sample_interval"),
        (changed(lambda content: content["meta"].pop("entitlement_tag")), "no entitlement_tag"),
    ],
)
def test_an_unsound_report_says_what_is_wrong(unsound, problem):
    assert any(problem in line for line in check_report(unsound, key="k"))


def test_a_report_that_another_device_signed_is_found():
    signature = {**report(5).signature, "sudi": {"udi_pid": "C9300-24T", "udi_serial_number": "FOC00000009"}}
    assert any(
        "signed by PID:C9300-24T,SN:FOC00000009" in line
        for line in check_report(RumReport(report(5).payload, None, signature))
    )


def test_what_a_report_says_is_read_from_its_payload():
    read = report(1735689600)
    assert (read.udi, read.entitlement_tag, read.is_telemetry) == (DEVICE, "regid.a,1.0_x", False)
    assert (read.start, read.end) == (JAN_1, JAN_1 + timedelta(days=2))
    assert [m.count for m in read.measurements] == [2, 3]
