"""What people do on the portal and Cisco does behind it, by API: as the operator, and as users whom roles bind."""

from __future__ import annotations

from typing import Any

import pytest

from nornir_smartlic.model import Entitlement
from smartlic_lab.authority import Cssm
from smartlic_lab.world.signing import return_code
from tests.lab.authority.api_client import ApiClient
from tests.lab.authority.devices import JAN_1, NETWORK_TAG, FakeDevice, days, udi

ACCOUNT = "v1/accounts/example.com"
BRANCHES = f"{ACCOUNT}/virtual-accounts/Branches"
REQUEST = "CB-ZC9300-24T:FOC00000001-BJ1FBUdGW-a8"


@pytest.fixture
def operator(cssm: Cssm) -> ApiClient:
    cssm.add_licenses([Entitlement("network-advantage", "Network", NETWORK_TAG, "")])
    cssm.add_operator("operator", "battery staple")
    return ApiClient(cssm, "operator")


@pytest.fixture
def customer(cssm: Cssm, operator: ApiClient) -> ApiClient:
    cssm.add_api_client("example.com", "script", "battery staple")
    return ApiClient(cssm)


def names(client: ApiClient) -> dict[str, str | None]:
    found = client.ask("GET", f"{ACCOUNT}/virtual-accounts").json["virtualAccounts"]
    return {one["name"]: one["parent"] for one in found}


def test_virtual_accounts_are_nested_renamed_moved_and_deleted(customer: ApiClient) -> None:
    made = {"name": "Branch 17", "parent": "Branches"}
    assert customer.ask("POST", f"{ACCOUNT}/virtual-accounts", made).status == 200
    assert customer.ask("POST", f"{ACCOUNT}/virtual-accounts", {"name": "x", "parent": "none"}).status == 404
    assert names(customer)["Branch 17"] == "Branches"
    here = f"{ACCOUNT}/virtual-accounts/Branch%2017"
    assert customer.ask("PATCH", here.replace("%20", " "), {"name": "Branch 18", "parent": "Campus"}).status == 200
    assert names(customer)["Branch 18"] == "Campus"
    branch = f"{ACCOUNT}/virtual-accounts/Branch 18"
    assert customer.ask("PATCH", f"{ACCOUNT}/virtual-accounts/Campus", {"parent": "Branch 18"}).status == 409
    assert customer.ask("PATCH", branch, {"parent": None}).json["virtualAccount"]["parent"] is None
    assert customer.ask("POST", f"{branch}/delete").status == 200
    assert "Branch 18" not in names(customer)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "v1/accounts", {"domain": "new.example.com"}),
        ("PATCH", ACCOUNT, {"exportControlledAllowed": True}),
        ("POST", f"{BRANCHES}/pools", {"license": "Network", "quantity": 1}),
        ("POST", f"{BRANCHES}/paks", {"pak": "P1", "product": "L", "quantity": 1}),
        ("POST", f"{ACCOUNT}/enterprise-agreements", {"subscriptionId": "S", "name": "N", "termDays": 9}),
        ("PUT", f"{BRANCHES}/policy", {"name": "Mine"}),
        ("DELETE", f"{BRANCHES}/policy", None),
    ],
)
def test_what_only_cisco_does_is_closed_to_customers(
    customer: ApiClient, operator: ApiClient, method: str, path: str, body: Any
) -> None:
    assert customer.ask(method, path, body).status in (400, 403)
    assert operator.ask(method, path, body).status == 200


def test_an_account_of_limited_use_has_one_virtual_account(operator: ApiClient) -> None:
    made = operator.ask("POST", "v1/accounts", {"domain": "poc.example.com", "limitedUse": True}).json
    assert (made["limitedUse"], made["exportControlledAllowed"]) == (True, False)
    assert operator.ask("POST", "v1/accounts/poc.example.com/virtual-accounts", {"name": "x"}).status == 409


def test_users_get_roles_and_lose_them(cssm: Cssm, customer: ApiClient) -> None:
    given = {"name": "anna", "role": "Virtual Account administrator", "virtualAccount": "Branches"}
    wrong = {"name": "anna", "role": "Virtual Account administrator"}
    assert customer.ask("POST", f"{ACCOUNT}/users", wrong).status == 400
    assert customer.ask("POST", f"{ACCOUNT}/users", {**given, "role": "king"}).status == 400
    assert customer.ask("POST", f"{ACCOUNT}/users", {**given, "password": "open sesame"}).status == 200
    shown = {one["name"]: one["roles"] for one in customer.ask("GET", f"{ACCOUNT}/users").json["users"]}
    assert shown["anna"] == [{"role": "Virtual Account administrator", "virtualAccount": "Branches"}]
    assert customer.ask("POST", f"{ACCOUNT}/users/remove", given).status == 200
    assert customer.ask("POST", f"{ACCOUNT}/users/remove", given).status == 404


def test_administrators_of_virtual_accounts_read_the_event_log_of_theirs(cssm: Cssm, customer: ApiClient) -> None:
    for name, home in (("anna", "Branches"), ("ben", "Campus")):
        role = "Virtual Account administrator"
        given = {"name": name, "clientSecret": "battery staple", "role": role, "virtualAccount": home}
        assert customer.ask("POST", f"{ACCOUNT}/api-clients", given).status == 200
    cssm.add_api_client("example.com", "carl", "battery staple", "Virtual Account user", virtual_account="Campus")
    anna = ApiClient(cssm, "anna")
    found = anna.ask("GET", f"{ACCOUNT}/events?limit=100").json
    assert found["totalRecords"] == len(found["events"]) > 0
    assert not any("Campus" in one["message"] for one in found["events"])
    assert anna.ask("GET", f"{ACCOUNT}/events?virtualAccounts=Campus").status == 403
    assert [one["name"] for one in anna.ask("GET", f"{ACCOUNT}/users").json["users"]] == ["anna"]
    assert ApiClient(cssm, "carl").ask("GET", f"{ACCOUNT}/events").status == 403


def test_a_pak_becomes_a_pool(operator: ApiClient) -> None:
    pak = {"pak": "P1", "product": "L-C9300", "quantity": 5, "license": "Network"}
    assert operator.ask("POST", f"{BRANCHES}/paks", pak).status == 200
    assert operator.ask("POST", f"{BRANCHES}/paks/convert", {"pak": "P1", "quantity": "2"}).status == 200
    assert operator.ask("GET", f"{BRANCHES}/paks").json["paks"][0]["quantity"] == 3
    (line,) = operator.ask("POST", f"{ACCOUNT}/licenses", {"virtualAccounts": ["Branches"]}).json["licenses"]
    assert (line["license"], line["quantity"]) == ("Network", 2)


def test_an_agreement_is_trued_forward(cssm: Cssm, operator: ApiClient) -> None:
    agreement = {"subscriptionId": "Sub1", "name": "EA", "termDays": 730, "periodDays": 10}
    assert operator.ask("POST", f"{ACCOUNT}/enterprise-agreements", agreement).status == 200
    assert operator.ask("POST", f"{ACCOUNT}/enterprise-agreements", agreement).status == 409
    bought = {"license": "Network", "quantity": 1, "termDays": 730, "enterpriseAgreement": "Sub1"}
    assert operator.ask("POST", f"{BRANCHES}/pools", bought).status == 200
    device = FakeDevice(cssm, count=3)
    device.trust(cssm.add_token("example.com", "Branches"))
    device.push(JAN_1 + days(1))
    found = operator.ask("GET", f"{ACCOUNT}/accounting-periods", now=JAN_1 + days(11)).json["periods"]
    closed = [one for one in found if one["subscriptionId"] == "Sub1" and one["closed"]]
    assert [(one["accounting"], one["lines"][0]["peak"]) for one in closed] == [("True Forward", 3)]
    assert closed[0]["lines"][0]["outcome"] == "raised to 3 for the next period"


def test_a_policy_is_set_and_taken_back(operator: ApiClient) -> None:
    shown = operator.ask("PUT", f"{BRANCHES}/policy", {"name": "Short", "subscription": [10, 20, 30]}).json
    assert (shown["name"], shown["subscription"]) == ("Short", [10, 20, 30])
    assert operator.ask("DELETE", f"{BRANCHES}/policy").json["name"] is None


def test_a_reservation_is_updated_confirmed_and_returned(operator: ApiClient) -> None:
    operator.ask("POST", f"{BRANCHES}/pools", {"license": "Network", "quantity": 5})
    wanted = {"entitlementTag": NETWORK_TAG, "quantity": 1}
    request = {"reservationCode": REQUEST, "reservationType": "SPECIFIC", "licenses": [wanted]}
    assert operator.ask("POST", f"{BRANCHES}/reserve-licenses", {"reservationRequests": [request]}).status == 200
    sudi = {"udiPid": udi().pid, "udiSerialNumber": udi().sn}
    more = {"sudi": sudi, "licenses": [{"entitlementTag": NETWORK_TAG, "quantity": 4}]}
    updated = operator.ask("POST", f"{BRANCHES}/reservations/update", more).json["reservation"]
    assert (updated["licenses"][0]["quantity"], updated["confirmed"]) == (4, False)
    confirmation = {"sudi": sudi, "code": "1fc54c75"}
    assert operator.ask("POST", f"{BRANCHES}/reservations/confirm", confirmation).status == 200
    assert operator.ask("GET", f"{BRANCHES}/reservations").json["reservations"][0]["confirmed"] is True
    wrong = operator.ask("POST", f"{BRANCHES}/reservations/return", {"sudi": sudi, "code": "CZ9XGf-2a9Sft-n3q"})
    right = {"sudi": sudi, "code": return_code(udi(), "1")}
    assert (wrong.status, operator.ask("POST", f"{BRANCHES}/reservations/return", right).status) == (400, 200)
    assert operator.ask("GET", f"{BRANCHES}/reservations").json["reservations"] == []


def test_on_prem_has_the_same_operations(cssm: Cssm) -> None:
    assert "/api/v1/accounts/{domain}/virtual-accounts/{virtual_account}/pools" in str(_onprem_paths(cssm))


def _onprem_paths(cssm: Cssm) -> list[str]:
    from smartlic_lab.authority import OnPrem

    return list(OnPrem("onprem", now=JAN_1, forward=cssm.handle).openapi()["paths"])
