"""The client of SSM On-Prem against the lab's."""

from __future__ import annotations

import json

import pytest

from nornir_smartlic.cssm import ClientCredentials, OnPremClient
from nornir_smartlic.errors import CssmError, UsageError
from nornir_smartlic.model import Secret
from smartlic_lab.authority import OnPrem
from tests.cssm.over_memory import JAN_1, SECRET, Service
from tests.lab.authority.devices import FakeDevice, udi


@pytest.fixture
def far(service: Service) -> Service:
    """An On-Prem with the account Plant, bound to a virtual account of the lab's CSSM."""
    made = OnPrem("onprem", now=JAN_1, forward=service.cssm.handle)
    made.add_account(
        "Plant", domain="example.com", virtual_account="My Branches", client_id="smartlic", client_secret=SECRET
    )
    made.add_api_client("Plant", "script", SECRET)
    return Service(made)


def client_of(far: Service, secret: str = SECRET) -> OnPremClient:
    credentials = ClientCredentials("script", Secret(secret))
    return OnPremClient(far.transfer(), credentials, "Plant", clock=lambda: far.now.timestamp())


def test_it_signs_in_with_json_and_makes_lists_and_revokes_tokens(far: Service):
    with client_of(far) as client:
        (account,) = client.accounts()
        made = client.create_token(account.domain, "DEFAULT", max_uses=3)
        (listed,) = client.tokens(account.domain, "DEFAULT")
        assert (listed.token.reveal(), listed.max_uses) == (made.token.reveal(), 3)
        client.revoke_tokens(account.domain, "DEFAULT", [made.token])
        assert client.tokens(account.domain, "DEFAULT") == ()
    paths = [request.url.path for request in far.requests]
    assert paths[:2] == ["/oauth/token", "/api/v1/accounts/Plant/virtual-accounts/DEFAULT/tokens"]
    assert json.loads(far.requests[0].content)["grant_type"] == "client_credentials"


def test_its_devices_and_licences_are_those_of_its_own_pages(far: Service):
    assert isinstance(far.cssm, OnPrem)
    FakeDevice(far.cssm, path="/cslu/v1/pi/Plant-1").push(JAN_1)
    with client_of(far) as client:
        assert [device.udi for device in client.product_instances("Plant")] == [udi()]
        assert all(line.virtual_account == "DEFAULT" for line in client.licenses("Plant"))
    assert far.requests[-1].url.path == "/backend/api/v1/accounts/Plant/licenses"


def test_what_it_is_not_known_to_have_is_refused_before_it_is_asked(far: Service):
    with client_of(far) as client, pytest.raises(UsageError, match="alerts: SSM On-Prem is not known to have such"):
        client.alerts("Plant")
    assert far.requests == []


def test_wrong_credentials_are_said_without_them(far: Service):
    with client_of(far, "not-the-secret") as client, pytest.raises(CssmError) as caught:
        client.tokens("Plant", "DEFAULT")
    assert caught.value.status == 401
    assert "not-the-secret" not in str(caught.value)
