"""Files from CSSM find their device, and no other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nornir_smartlic.errors import FileRejected, Refused
from nornir_smartlic.files import Ack, PolicyDocument, ack_bundle, render_smart_license, usage_bundle, write_bundle
from nornir_smartlic.model import CISCO_DEFAULT_POLICY, Udi
from nornir_smartlic.operations.importing import import_files, import_files_of
from tests.operations.scripts import PaperDevice, Said, run
from tests.operations.texts import license_all

JAN_1 = datetime(2026, 1, 1, tzinfo=UTC)
OURS, OTHER = Udi("C9300-24T", "FOC00000001"), Udi("C9300-24T", "FOC00000002")


def ack(udi: Udi) -> bytes:
    return render_smart_license([Ack(udi, JAN_1, (1, 2))]).encode()


def files(*contents: bytes):
    return [file for n, content in enumerate(contents) for file in import_files_of(Path(f"file-{n}.txt"), content)]


def device(**answers: Said | list[Said]) -> PaperDevice:
    script: dict[str, Said | list[Said]] = {
        "show license all": [license_all(), license_all(ack="Jan 01 12:00:00 2026 UTC")],
        "license smart import": "Import Data Successful\n",
    }
    return PaperDevice(script | answers)


def test_only_the_files_of_this_device_are_sent():
    switch = device()
    outcome = run(import_files(files(ack(OTHER), ack(OURS)), "in"), switch)
    assert switch.sent == ["put flash:in-1.txt", "license smart import flash:in-1.txt", "delete /force flash:in-1.txt"]
    assert [file.imported for file in outcome.files] == [False, True]
    assert outcome.files[0].explanation == "for PID:C9300-24T,SN:FOC00000002, not for this device"
    assert str(outcome.last_ack) == "2026-01-01 12:00:00+00:00"


def test_a_file_that_names_no_device_is_for_any():
    policy = render_smart_license([PolicyDocument(CISCO_DEFAULT_POLICY, JAN_1)]).encode()
    outcome = run(import_files(files(policy), "in"), device())
    assert outcome.files[0].imported
    assert outcome.files[0].kinds == ("policy",)


def test_a_bundle_of_acks_is_taken_apart():
    bundle = usage_bundle(["a", "b"], stamp="20260101", created_by="u")
    answers = {bundle.files[0].name: ack(OTHER).decode(), bundle.files[1].name: ack(OURS).decode()}
    outcome = run(import_files(files(write_bundle(ack_bundle(bundle, answers))), "in"), device())
    assert [file.imported for file in outcome.files] == [False, True]


def test_a_file_that_the_device_does_not_take_is_named_with_its_answer():
    switch = device(**{"license smart import": "Signature Verification failed\n"})
    with pytest.raises(Refused, match=r"file-0.txt was not imported: Signature Verification failed"):
        run(import_files(files(ack(OURS)), "in"), switch)
    assert switch.sent[-1] == "delete /force flash:in-0.txt"


def test_a_dry_run_says_what_would_be_imported():
    switch = device()
    outcome = run(import_files(files(ack(OURS)), "in", commit=False), switch)
    assert outcome.changed
    assert not outcome.files[0].imported
    assert switch.sent == []


def test_a_document_whose_fields_we_do_not_know_is_recognized_by_the_udi_in_it():
    text = (
        '<smartLicense><smartLicenseRumAck><data>{"sudi":{"udi_pid":"C9300-24T","udi_serial_number":"FOC00000001"},'
        '"unheard_of":true}</data></smartLicenseRumAck></smartLicense>'
    )
    (file,) = import_files_of(Path("ack.txt"), text.encode())
    assert file.udis == {OURS}


@pytest.mark.parametrize("content", [b"hello", b"\xff\xfe", b"<smartLicense></smartLicense>", b"\x1f\x8bnothing"])
def test_what_is_no_file_of_cssm_is_refused_before_any_device_is_asked(content: bytes):
    with pytest.raises(FileRejected):
        import_files_of(Path("x.txt"), content)


def test_a_bundle_of_usage_reports_is_no_answer():
    with pytest.raises(FileRejected, match="a bundle of usage reports - expected one of ACKs"):
        import_files_of(Path("x.tar.gz"), write_bundle(usage_bundle(["a"], stamp="20260101", created_by="u")))
