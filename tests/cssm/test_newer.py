"""The newer generation of the API, as the lab's CSSM serves it, beside the older one."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from nornir_smartlic.cssm import ClientCredentials, CssmClient, NewerCssmClient, client_class
from nornir_smartlic.cssm.client import BASE
from nornir_smartlic.cssm.newer import NEWER_TOKEN_PATH, SOFTWARE_APIS
from nornir_smartlic.errors import CssmError, UsageError
from nornir_smartlic.model import Secret
from smartlic_lab.authority.accounting import add_agreement
from smartlic_lab.authority.catalogue import license_of_tag
from tests.cssm.over_memory import JAN_1, Service, transfer_to
from tests.cssm.test_client import home, one_usage_file

ADVANTAGE = "regid.2017-03.com.cisco.advantagek9,1.0_x"
DNA = "regid.2017-05.com.cisco.c9300_dna_advantage,1.0_y"


def newer(service: Service) -> NewerCssmClient:
    client = service.client(of=NewerCssmClient, base=SOFTWARE_APIS, token_path=NEWER_TOKEN_PATH)
    assert isinstance(client, NewerCssmClient)
    return client


@pytest.mark.parametrize(
    ("base", "kind"),
    [
        (SOFTWARE_APIS, NewerCssmClient),
        (f"/gateway{SOFTWARE_APIS}/", NewerCssmClient),
        (BASE, CssmClient),
        ("", CssmClient),
    ],
)
def test_the_client_is_picked_by_the_base_of_the_api(base: str, kind: type[CssmClient]):
    assert client_class(base) is kind


def test_both_generations_tell_the_same(service: Service):
    with service.cssm.work() as work:
        for tag in (ADVANTAGE, DNA):
            license_of_tag(work, tag)
    service.cssm.add_pool("example.com", "My Branches", ADVANTAGE, 3)
    ends = JAN_1 + timedelta(days=30)
    service.cssm.add_pool("example.com", "DEFAULT", DNA, 2, ended=ends, subscription_id="Sub1")
    client, account, virtual_account = home(service)
    ticket = client.report_usage([one_usage_file()], account, virtual_account, nonce="1", timestamp_ms=1)
    service.now += timedelta(minutes=5)
    client.poll(ticket, account, virtual_account)
    with newer(service) as other:
        assert other.accounts() == client.accounts()
        assert other.virtual_accounts("example.com") == client.virtual_accounts("example.com")
        devices = list(other.product_instances("example.com"))
        assert devices == list(client.product_instances("example.com"))
        assert [device.virtual_account for device in devices] == ["My Branches"]
        by_name = {(line.virtual_account, line.name): line for line in other.licenses("example.com")}
        assert by_name == {(line.virtual_account, line.name): line for line in client.licenses("example.com")}
        assert len(list(other.licenses("example.com", ["DEFAULT"]))) == 1
        assert other.agreements("example.com") == ()


def test_enterprise_agreements_come_from_the_newer_generation_alone(service: Service):
    with service.cssm.work() as work:
        add_agreement(work, work.smart_account("example.com"), "Sub1", "EA", ended=JAN_1 + timedelta(days=900))
    with newer(service) as client:
        assert client.agreements("example.com") == ("Sub1",)
    assert service.client().agreements("example.com") == ()


def test_lists_come_page_by_page(service: Service):
    for number in range(120):
        service.cssm.add_virtual_account("example.com", f"Branch {number}")
    with newer(service) as client:
        assert len(client.virtual_accounts("example.com")) == 122


def test_an_operation_that_the_newer_generation_is_not_known_to_have_is_refused_before_it_is_asked(service: Service):
    with newer(service) as client, pytest.raises(UsageError, match="tokens: no such operation of the newer API"):
        client.tokens("example.com", "DEFAULT")
    assert service.requests == []


def test_a_virtual_account_that_is_not_there_is_said(service: Service):
    with newer(service) as client, pytest.raises(CssmError, match="there is no virtual account Nowhere"):
        list(client.product_instances("example.com", ["Nowhere"]))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (httpx.Response(403, json={"message": "Invalid Client"}), "accounts: Invalid Client"),
        (httpx.Response(400, json={"error": "bad", "error_description": "no such row"}), "accounts: no such row"),
    ],
)
def test_the_texts_of_its_errors_are_said(answer: httpx.Response, message: str):
    def answered(request: httpx.Request) -> httpx.Response:
        is_login = request.url.path == NEWER_TOKEN_PATH
        return httpx.Response(200, json={"access_token": "t", "expires_in": 3600}) if is_login else answer

    credentials = ClientCredentials("id", Secret("secret"))
    client = NewerCssmClient(transfer_to(answered, []), credentials, token_path=NEWER_TOKEN_PATH, base=SOFTWARE_APIS)
    with pytest.raises(CssmError, match=message):
        client.accounts()
