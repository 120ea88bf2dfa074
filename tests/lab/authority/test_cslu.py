"""CSLU between devices and CSSM: online, through outages, and by file."""

from __future__ import annotations

import pytest

from nornir_smartlic.files import Ack, parse_smart_license
from smartlic_lab.authority import Cslu, Cssm
from smartlic_lab.world.network import DeliveryFailed, HttpRequest, HttpResponse
from smartlic_lab.world.wire import AnswerStatus, MessageKind
from tests.lab.authority.devices import CSLU, JAN_1, FakeDevice, days, minutes, udi

LATER = JAN_1 + days(1)


@pytest.fixture
def cslu(cssm: Cssm) -> Cslu:
    cssm.add_api_client("example.com", "cslu", "correct horse")
    return Cslu(
        "cslu",
        now=JAN_1,
        forward=cssm.handle,
        domain="example.com",
        virtual_account="Branches",
        client_id="cslu",
        client_secret="correct horse",
    )


def run(cslu: Cslu, until: object) -> None:
    """Let the utility do what is due, in its own rhythm, up to *until*."""
    while (due := cslu.next_wakeup()) is not None and due <= until:  # type: ignore[operator]
        cslu.tick(due)


def test_a_report_goes_through_and_its_ack_comes_back(cslu: Cslu) -> None:
    device = FakeDevice(cslu, path=CSLU)
    assert device.send(MessageKind.HELLO, LATER).status is AnswerStatus.OK
    pushed = device.push(LATER)
    assert (pushed.status, pushed.poll_interval) == (AnswerStatus.OK_POLL, minutes(1))
    run(cslu, LATER + minutes(1))
    assert device.poll(pushed.poll_id, LATER + minutes(1)).status is AnswerStatus.OK_TRY_AGAIN
    run(cslu, LATER + minutes(6))
    (ack,) = parse_smart_license(device.poll(pushed.poll_id, LATER + minutes(6)).documents[0])
    assert isinstance(ack, Ack)
    assert (ack.udi, ack.virtual_account) == (udi(), "Branches")


@pytest.mark.parametrize("fault", ["lose-answers", "server-error", "too-many-requests", "deliver-twice"])
def test_trouble_with_cssm_delays_the_ack_and_loses_nothing(cssm: Cssm, cslu: Cslu, fault: str) -> None:
    device = FakeDevice(cslu, path=CSLU)
    made = device.new_report(LATER)
    pushed = device.push(LATER, made)
    cssm.faults.add(fault, count=4)
    run(cslu, LATER + minutes(60))
    (ack,) = parse_smart_license(device.poll(pushed.poll_id, LATER + minutes(60)).documents[0])
    assert isinstance(ack, Ack)
    assert ack.report_ids == (made.report_id,)


def test_an_unreachable_cssm_is_tried_again(cssm: Cssm, cslu: Cslu) -> None:
    reachable = False

    def forward(request: HttpRequest, now: object) -> HttpResponse:
        if not reachable:
            raise DeliveryFailed("No reply from server")
        return cssm.handle(request, now)  # type: ignore[arg-type]

    cslu._relay.forward = forward
    device = FakeDevice(cslu, path=CSLU)
    pushed = device.push(LATER)
    run(cslu, LATER + days(7))
    reachable = True
    run(cslu, LATER + days(7) + minutes(15))
    assert device.poll(pushed.poll_id, LATER + days(8)).status is AnswerStatus.OK


def test_trust_comes_through_without_a_token(cssm: Cssm, cslu: Cslu) -> None:
    device = FakeDevice(cslu, path=CSLU)
    assert device.trust("").status is AnswerStatus.OK
    direct = FakeDevice(cssm, trust_id=device.trust_id)
    assert direct.push(LATER).status is AnswerStatus.OK_POLL


def test_without_a_connection_reports_travel_by_file(cssm: Cssm, cslu: Cslu) -> None:
    cslu.is_online = False
    devices = [FakeDevice(cslu, udi(n), path=CSLU) for n in (1, 2)]
    pushed = [device.push(LATER) for device in devices]
    bundle = cslu.download_all(LATER)
    number = cssm.submit_usage_file(
        bundle, domain="example.com", virtual_account="Branches", file_name="UD_SA_1.tar.gz", now=LATER
    )
    cssm.tick(LATER + minutes(5))
    assert cslu.upload_acknowledgements(cssm.acknowledgement(number).content) == 2
    for device, push in zip(devices, pushed, strict=True):
        assert device.poll(push.poll_id, LATER + minutes(10)).status is AnswerStatus.OK


def test_a_restart_forgets_nothing(cssm: Cssm, cslu: Cslu) -> None:
    device = FakeDevice(cslu, path=CSLU)
    pushed = device.push(LATER)
    again = Cslu(
        "cslu",
        now=LATER,
        forward=cssm.handle,
        domain="example.com",
        virtual_account="Branches",
        client_id="cslu",
        client_secret="correct horse",
        state=cslu.stored(),
    )
    run(again, LATER + minutes(6))
    device.authority = again
    assert device.poll(pushed.poll_id, LATER + minutes(6)).status is AnswerStatus.OK
