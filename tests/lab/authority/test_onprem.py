"""SSM On-Prem: its own accounts and tokens, and synchronisation with CSSM."""

from __future__ import annotations

import json

import pytest

from nornir_smartlic.files import Ack, parse_smart_license
from smartlic_lab.authority import Cssm, OnPrem
from smartlic_lab.world.network import HttpRequest
from smartlic_lab.world.wire import AnswerStatus
from tests.lab.authority.devices import JAN_1, FakeDevice, days, minutes, udi

LATER = JAN_1 + days(1)
PATH = "/cslu/v1/pi/Plant%20One-1"


@pytest.fixture
def onprem(cssm: Cssm) -> OnPrem:
    cssm.add_api_client("example.com", "onprem", "correct horse")
    made = OnPrem("onprem", now=JAN_1, forward=cssm.handle)
    made.add_account(
        "Plant One",
        domain="example.com",
        virtual_account="Campus",
        client_id="onprem",
        client_secret="correct horse",
    )
    return made


def test_reports_wait_for_the_synchronisation(onprem: OnPrem) -> None:
    device = FakeDevice(onprem, path=PATH)
    pushed = device.push(LATER)
    assert pushed.status is AnswerStatus.OK_POLL
    assert device.poll(pushed.poll_id, LATER + minutes(10)).status is AnswerStatus.OK_TRY_AGAIN
    while (due := onprem.next_wakeup()) is not None and due < LATER + days(2):
        onprem.tick(due)
    (ack,) = parse_smart_license(device.poll(pushed.poll_id, LATER + days(2)).documents[0])
    assert isinstance(ack, Ack)
    assert (ack.udi, ack.smart_account, ack.virtual_account) == (udi(), "Example Networks", "Campus")


def test_a_synchronisation_by_file(cssm: Cssm, onprem: OnPrem) -> None:
    device = FakeDevice(onprem, path=PATH)
    pushed = device.push(LATER)
    data = onprem.download_synchronization("Plant One", LATER)
    number = cssm.submit_usage_file(data, domain="example.com", virtual_account="Campus", now=LATER)
    cssm.tick(LATER + minutes(5))
    assert onprem.upload_synchronization("Plant One", cssm.acknowledgement(number).content) == 1
    assert device.poll(pushed.poll_id, LATER + minutes(10)).status is AnswerStatus.OK


def test_a_device_with_a_local_token_is_trusted_by_cssm_through_it(cssm: Cssm, onprem: OnPrem) -> None:
    token = onprem.add_token("Plant One", "DEFAULT")
    device = FakeDevice(onprem, path="/SmartTransport")
    assert device.trust(token, LATER).status is AnswerStatus.OK
    assert device.push(LATER).status is AnswerStatus.OK_POLL


def test_its_api_gives_tokens_to_its_clients(onprem: OnPrem) -> None:
    onprem.add_api_client("Plant One", "script", "battery staple")
    asked = {"grant_type": "client_credentials", "client_id": "script", "client_secret": "battery staple"}
    json_type = {"content-type": "application/json"}
    response = onprem.handle(
        HttpRequest("POST", "/oauth/token", "onprem", headers=json_type, body=json.dumps(asked).encode()), JAN_1
    )
    bearer = {"authorization": f"Bearer {json.loads(response.body)['access_token']}", **json_type}
    path = "/api/v1/accounts/Plant%20One/virtual-accounts/DEFAULT/tokens"
    made = onprem.handle(HttpRequest("POST", path, "onprem", headers=bearer, body=b'{"expiresAfterDays": 7}'), JAN_1)
    listed = onprem.handle(HttpRequest("GET", path, "onprem", headers=bearer), JAN_1)
    assert made.status == listed.status == 200
    assert json.loads(made.body)["tokenInfo"]["token"] == json.loads(listed.body)["tokens"][0]["token"]
