"""Usage files by upload: one device's file, bundles, trust requests; their state and their ACK."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files import (
    Ack,
    SystemInfo,
    TrustCodeDocument,
    TrustRequestFile,
    parse_smart_license,
    read_bundle,
    render_trust_request,
    usage_bundle,
    write_bundle,
)
from smartlic_lab.authority import Conflict, Cssm, uploads
from smartlic_lab.authority.models import SubmissionStatus
from tests.lab.authority.devices import JAN_1, SOFTWARE, FakeDevice, days, minutes, report, udi, usage_file

WHERE = {"domain": "example.com", "virtual_account": "Branches"}
LATER = JAN_1 + days(1)


def test_a_file_is_acknowledged_after_its_processing(cssm: Cssm) -> None:
    number = cssm.submit_usage_file(usage_file([report(udi(), 7, JAN_1, LATER)]), **WHERE, now=LATER)
    assert cssm.usage_data_file(number).status is SubmissionStatus.PROCESSING
    with pytest.raises(Conflict, match="still being processed"):
        cssm.acknowledgement(number)
    done = cssm.usage_data_file(number, LATER + minutes(5))
    assert (done.status, done.devices, done.errors) == (SubmissionStatus.NO_ERRORS, 1, ())
    file = cssm.acknowledgement(number)
    (ack,) = parse_smart_license(file.content.decode())
    assert isinstance(ack, Ack)
    assert (file.name, ack.udi, ack.report_ids) == ("ACK_usage.txt", udi(), (7,))


def test_the_same_file_again_is_a_duplicate_with_the_same_ack(cssm: Cssm) -> None:
    data = usage_file([report(udi(), 7, JAN_1, LATER)])
    first = cssm.submit_usage_file(data, **WHERE, now=LATER)
    second = cssm.submit_usage_file(data, **WHERE, now=LATER + minutes(5))
    done = cssm.usage_data_file(second, LATER + minutes(10))
    assert done.notices == ("report 7: duplicate, received before on 2026-01-02 00:00:00 UTC",)
    assert cssm.acknowledgement(first).content == cssm.acknowledgement(second).content


def test_a_bundle_comes_back_as_a_bundle_of_acks(cssm: Cssm) -> None:
    texts = [usage_file([report(udi(n), n, JAN_1, LATER)]).decode() for n in (1, 2)]
    bundle = usage_bundle([*texts, "<nonsense/>"], stamp="1", created_by="me")
    number = cssm.submit_usage_file(write_bundle(bundle), **WHERE, file_name=bundle.name, now=LATER)
    done = cssm.usage_data_file(number, LATER + minutes(5))
    assert (done.status, done.devices) == (SubmissionStatus.ERRORS, 2)
    assert [error.split(":")[0] for error in done.errors] == ["dev_3_1.txt"]
    answer = cssm.acknowledgement(number)
    files = read_bundle(answer.content).files
    assert answer.name == "ACK_UD_SA_1.tar.gz"
    assert [file.name for file in files] == ["ACK_dev_1_1.txt", "ACK_dev_2_1.txt"]


def test_a_trust_request_in_a_file_is_answered_with_trust_codes(cssm: Cssm) -> None:
    info = SystemInfo(udi(), LATER, "1", "switch", SOFTWARE)
    text = render_trust_request(TrustRequestFile(info, (udi(), udi(2))))
    number = cssm.submit_usage_file(text.encode(), **WHERE, now=LATER)
    cssm.tick(LATER + minutes(5))
    documents = parse_smart_license(cssm.acknowledgement(number).content.decode())
    codes = [one for one in documents if isinstance(one, TrustCodeDocument)]
    assert [code.udi for code in codes] == [udi(), udi(2)]


def test_what_is_no_usage_file_is_rejected_at_once(cssm: Cssm) -> None:
    for data in (b"hello", b"\x1f\x8bgarbage", b"\xff\xfe", b"<smartLicense/>"):
        with pytest.raises(FileRejected):
            cssm.submit_usage_file(data, **WHERE)


def test_reports_that_were_pushed_can_be_uploaded_too(cssm: Cssm, trusted: Callable[..., FakeDevice]) -> None:
    device = trusted()
    made = device.new_report(LATER)
    pushed = device.push(LATER, made)
    number = cssm.submit_usage_file(usage_file([made]), **WHERE, now=LATER)
    online = device.poll(pushed.poll_id, LATER + minutes(5)).documents
    assert cssm.acknowledgement(number).content.decode() == online[0]


def test_a_flood_of_elements_is_refused_and_keeps_nobody_waiting(cssm: Cssm) -> None:
    began = time.process_time()  # of the processor: a busy machine fails no test
    with pytest.raises(FileRejected, match="more than 100000 elements"):
        cssm.submit_usage_file(b"<smartLicense>" + b"<a/>" * 8_000_000 + b"</smartLicense>", **WHERE)
    assert time.process_time() - began < 5  # it was 27 s


def test_a_file_is_read_before_others_have_to_wait(cssm: Cssm, monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[bool] = []

    def read(data: bytes) -> tuple[uploads.UploadedFile, ...]:
        other = threading.Thread(target=lambda: others.append(cssm.admits("Bearer nobody", LATER)))
        other.start()
        other.join(20)
        return real(data)

    real = uploads.read_upload
    monkeypatch.setattr(uploads, "read_upload", read)
    cssm.submit_usage_file(usage_file([report(udi(), 7, JAN_1, LATER)]), **WHERE, now=LATER)
    assert others == [False]  # it was answered meanwhile
