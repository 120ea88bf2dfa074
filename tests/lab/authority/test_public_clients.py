"""CSSM from the outside, asked as public clients ask it: what they send, and what they read from the answers.

Source: reference/cssm-clients.md. The requests are written as those clients write them: forms in the query, numbers
as text, null members, doubled slashes, members subscripted without a question.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from nornir_smartlic.model import Entitlement
from smartlic_lab.authority import Cssm
from smartlic_lab.world.signing import return_code
from tests.lab.authority.api_client import wsgi
from tests.lab.authority.devices import JAN_1, NETWORK_TAG, FakeDevice, days, minutes, report, udi, usage_file

BASE = "/services/api/smart-accounts-and-licensing"
HOST = "https://swapi.example.com"
NEWER = "/v1/software/apis"
SECRET = "battery staple"
PLR = "CC-ZC9300-24T:FOC00000009-BJ1FBUdGW-a8"
SLR = "CB-ZC9300-24T:FOC00000008-BJ1FBUdGW-a8"


class Clock:
    """The time at which requests are answered."""

    now: datetime = JAN_1 + days(1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def http(cssm: Cssm, clock: Clock) -> Iterator[httpx.Client]:
    """A client without a token, of a CSSM with a licence, a device and somebody who may ask."""
    cssm.add_licenses([Entitlement("network-advantage", "Network Advantage", NETWORK_TAG, "")])
    cssm.add_pool("example.com", "Branches", NETWORK_TAG, 20)
    cssm.add_api_client("example.com", "script", SECRET)
    cssm.add_user("example.com", "anna", "Smart Account user", password="open sesame", email="anna@example.com")
    device = FakeDevice(cssm)
    device.trust(cssm.add_token("example.com", "Branches"))
    transport = httpx.WSGITransport(app=wsgi(cssm, lambda: clock.now))
    with httpx.Client(transport=transport, base_url=HOST) as client:
        yield client


@pytest.fixture
def signed_in(http: httpx.Client) -> httpx.Client:
    """The same with an access token, got as most scripts get it."""
    form = {"grant_type": "client_credentials", "client_id": "script", "client_secret": SECRET}
    token = http.post("/as/token.oauth2", data=form).json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    return http


def numbers(client: httpx.Client) -> dict[str, str]:
    """The headers of v2, as a script takes them from the search: as they are, which only text survives."""
    (account,) = client.get(f"{BASE}/v2/accounts/search").json()["accounts"]
    (home,) = [one for one in account["virtual_accounts"] if one["name"] == "Branches"]
    return {
        "X-CSW-SMART-ACCOUNT-ID": account["account_id"],
        "X-CSW-VIRTUAL-ACCOUNT-ID": home["virtual_account_id"],
        "X-CSW-REQUESTING-SYSTEM": json.dumps({"display_name": "script"}),
    }


SUDI = {"udi_pid": udi().pid, "udi_serial_number": udi().sn}


# --- access tokens ---------------------------------------------------------------------------------------------------


def test_the_form_in_the_query_with_an_empty_body(http: httpx.Client) -> None:
    form = {"grant_type": "client_credentials", "client_id": "script", "client_secret": SECRET}
    answer = http.post("/as/token.oauth2", params=form)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer")


def test_http_basic_with_the_grant_type_alone_in_the_body(http: httpx.Client) -> None:
    answer = http.post("/oauth2/default/v1/token", data={"grant_type": "client_credentials"}, auth=("script", SECRET))
    assert answer.json()["access_token"]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "client_credentials", "client_id": "script", "client_secret": "guess"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "password", "client_id": "x", "username": "anna", "password": "guess"}, 400, "invalid_grant"),
        ({"grant_type": "password", "client_id": "x", "username": "anna"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "client_id": "x", "code": "guess"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "client_id": "x"}, 400, "invalid_request"),
        ({"grant_type": "passwordusername=anna", "client_id": "x"}, 400, "unsupported_grant_type"),
        ({"client_id": "script"}, 400, "invalid_request"),
    ],
)
def test_a_refused_token_says_why_as_the_rfc_has_it(
    http: httpx.Client, form: dict[str, str], status: int, error: str
) -> None:
    answer = http.post("/as/token.oauth2", data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert "guess" not in answer.text


def test_a_person_logs_in_on_the_page_and_the_client_gets_a_code_once(http: httpx.Client) -> None:
    asked = {"response_type": "code", "client_id": "app", "redirect_uri": "https://app.example.com/back", "state": "s7"}
    assert "<form" in http.get("/as/authorization.oauth2", params=asked).text
    wrong = http.post("/as/authorization.oauth2", params=asked, data={"username": "anna", "password": "guess"})
    assert "not valid" in wrong.text
    right = http.post("/as/authorization.oauth2", params=asked, data={"username": "anna", "password": "open sesame"})
    sent = parse_qs(urlsplit(right.headers["Location"]).query)
    assert (right.status_code, sent["state"]) == (302, ["s7"])
    form = {
        "grant_type": "authorization_code",
        "client_id": "app",
        "redirect_uri": "https://app.example.com/back",
        "code": sent["code"][0],
    }
    token = http.post("/as/token.oauth2", data=form).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert http.post("/idp/userinfo.openid", headers=bearer).json()["email"] == "anna@example.com"
    assert http.post("/as/token.oauth2", data=form).json()["error"] == "invalid_grant"
    assert http.get(f"{BASE}/v2/accounts", headers={"Authorization": f"Bearer {sent['code'][0]}"}).status_code == 401


# --- accounts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [f"{BASE}/v2/accounts", f"{BASE}/v2/accounts/", f"{HOST}/{BASE}/v2/accounts"])
def test_accounts_with_roles(signed_in: httpx.Client, path: str) -> None:
    (account,) = signed_in.get(path).json()["accounts"]
    assert (account["accountDomain"], account["accountStatus"], account["accountType"]) == (
        "example.com",
        "ACTIVE",
        "CUSTOMER",
    )
    assert account["roles"] == [{"role": "Smart Account Administrator", "virtualAccount": None}]


def test_accounts_are_found_by_a_part_of_their_domain(signed_in: httpx.Client) -> None:
    search = {"domain": "ample.c", "type": "CUSTOMER", "limit": 1000, "offset": 0}
    found = signed_in.get(f"{BASE}/v1/accounts/search", params=search).json()
    (account,) = found["accounts"]
    assert (found["totalRecords"], account["domain"], account["type"], account["id"]) == (
        1,
        "example.com",
        "CUSTOMER",
        1,
    )


@pytest.mark.parametrize("part", ["virtual-accounts", "customer/virtual-accounts", "CUSTOMER/virtual-accounts"])
def test_virtual_accounts_in_each_spelling(signed_in: httpx.Client, part: str) -> None:
    found = signed_in.get(f"{BASE}/v1/accounts/example.com/{part}").json()
    listed = {one["name"]: one["isDefault"].lower() in ("true", "yes") for one in found["virtualAccounts"]}
    assert listed == {"DEFAULT": True, "Branches": False, "Campus": False}


# --- inventory -------------------------------------------------------------------------------------------------------


def test_devices_of_a_virtual_account(signed_in: httpx.Client) -> None:
    path = f"{BASE}/v1/accounts/example.com/virtual-accounts/Branches/devices"
    found = signed_in.get(path, params={"limit": 10, "offset": 0}).json()
    assert found["totalRecords"] == 1
    assert found["devices"][0]["productTagName"].startswith("regid.")


def test_devices_have_the_members_that_clients_subscript(signed_in: httpx.Client) -> None:
    asked = {"virtualAccounts": ["Branches"], "limit": "100", "offset": "0"}
    (device,) = signed_in.post(f"{BASE}/v1/accounts/example.com/devices", json=asked).json()["devices"]
    for name in ("productName", "productDescription", "productType", "licenseUsage", "status"):
        assert name in device
    assert device["sudi"]["uuid"] is None
    assert device["sudi"]["suvi"] is None


def test_licences_with_no_limit_and_with_the_page_in_the_query(signed_in: httpx.Client) -> None:
    path = f"{BASE}/v1/accounts/example.com/licenses"
    everything = signed_in.post(path, json={"virtualAccounts": ["Branches"], "limit": -1}).json()["licenses"]
    beyond = signed_in.post(path, json={"virtualAccounts": ["Branches"]}, params={"limit": 50, "offset": 50}).json()
    (line,) = everything
    assert (line["quantity"], line["ahaApps"], line["isPortable"], line["licenseSubstitutions"]) == (
        20,
        False,
        False,
        [],
    )
    assert line["licenseDetails"][0]["endDate"] is None
    assert (beyond["totalRecords"], beyond["licenses"]) == (1, [])


def test_a_device_is_transferred_with_null_members(signed_in: httpx.Client) -> None:
    sudi = {"udiPid": udi().pid, "udiSerialNumber": udi().sn, "suvi": None, "uuid": None, "macAddress": None}
    moved = {"sudi": sudi, "productTagName": None, "targetVirtualAccount": "Campus"}
    path = f"{BASE}/v1/accounts/example.com/virtual-accounts/Branches/devices/transfer"
    assert signed_in.post(path, json={"productInstances": [moved]}).json()["status"] == "SUCCESS"
    assert signed_in.post(path, json={"productInstances": [moved]}).json()["status"] == "ERROR"


def test_a_token_is_made_and_shown(signed_in: httpx.Client) -> None:
    path = f"{BASE}/v1/accounts/example.com/virtual-accounts/Branches/tokens"
    asked = {"expiresAfterDays": 30.0, "description": "x", "exportControlled": "Allowed"}
    made = signed_in.post(path, json=asked).json()["tokenInfo"]
    assert (made["exportControl"], made["exportControlled"], made["createdBy"]) == ("Allowed", "Allowed", "script")
    assert made["expirationDate"].startswith("2026-02-01")
    assert made["token"] in [one["token"] for one in signed_in.get(path).json()["tokens"]]


# --- reservations ----------------------------------------------------------------------------------------------------


def reserve(client: httpx.Client, quantity: str = "2") -> Any:
    licence = {"entitlementTag": NETWORK_TAG, "quantity": quantity, "precedence": "LONGEST_TERM_FIRST"}
    asked = {"reservationCode": SLR, "reservationType": "SPECIFIC", "licenses": [licence]}
    path = f"{HOST}/{BASE}/v1/accounts/example.com/virtual-accounts/Branches/reserve-licenses"
    return client.post(path, json={"reservationRequests": [asked]}).json()


def test_licences_are_reserved_with_a_quantity_as_text(signed_in: httpx.Client) -> None:
    (code,) = reserve(signed_in)["authorizationCodes"]
    assert (code["reservationCode"], code["status"], code["statusMessage"]) == (SLR, "SUCCESS", "SUCCESS")
    assert code["authorizationCode"]
    (again,) = reserve(signed_in)["authorizationCodes"]  # as a client does whose answer was lost
    assert again == code
    (refused,) = reserve(signed_in, quantity="1")["authorizationCodes"]
    assert (refused["authorizationCode"], refused["status"]) == (None, "FAILED")
    assert "already" in refused["statusMessage"]


def test_a_reservation_is_returned_with_the_code_of_its_device_alone(signed_in: httpx.Client) -> None:
    reserve(signed_in)
    device = udi(8)
    path = f"{BASE}/v2/accounts/example.com/virtual-accounts/Branches/devices/remove"

    def give_back(code: str) -> Any:
        asked = {"sudi": {"udiPid": device.pid, "udiSerialNumber": device.sn}, "productTagName": "x"}
        body = {"productInstacesRemoveRequests": [{**asked, "returnCode": code}]}  # sic
        return signed_in.post(path, json=body).json()["status"]

    assert give_back(return_code(udi(9), "1")) == "FAILED"
    assert give_back(return_code(device, "1")) == "SUCCESS"
    assert reserve(signed_in)["status"] == "SUCCESS"


# --- usage -----------------------------------------------------------------------------------------------------------


def test_usage_is_handed_in_with_times_and_ids_as_text(signed_in: httpx.Client, clock: Clock) -> None:
    usage = report(udi(), 7, JAN_1, clock.now).as_json()
    data = {"timestamp": "1767312000000", "nonce": "11", "reports": [{"sudi": SUDI, "usage": [usage]}]}
    answer = signed_in.post(f"{BASE}/v2/devices/reportusage", json={"data": data}, headers=numbers(signed_in))
    ticket = answer.json()
    assert (answer.status_code, ticket["status"], ticket["poll_interval"]) == (202, "OK_POLL", 300)
    assert [ticket[name] for name in ("message", "message_code", "type")] == [None, None, None]
    assert isinstance(ticket["poll_id"], str)
    clock.now += minutes(5)
    asked = {"timestamp": "1767312000000", "nonce": "1", "poll_id": ticket["poll_id"], "action": "acknowledgements"}
    done = signed_in.post(f"{BASE}/v2/accounts/poll", json={"data": asked}, headers=numbers(signed_in)).json()
    (ack,) = done["data"]["acknowledgements"]
    assert base64.b64decode(ack["smart_license"])
    unknown = {**asked, "poll_id": "773126444402795033"}
    failed = signed_in.post(f"{BASE}/v2/accounts/poll", json={"data": unknown}, headers=numbers(signed_in)).json()
    assert (failed["status"], failed["data"]) == ("FAILED", None)


def test_an_authorization_that_is_refused_has_all_its_members(signed_in: httpx.Client, clock: Clock) -> None:
    keys = [{"entitlement": NETWORK_TAG, "count": "99"}]
    data = {"timestamp": 1, "nonce": 1, "licenses": [{"sudi": SUDI, "hostname": "x", "keys": keys}]}
    answer = signed_in.post(f"{BASE}/v2/devices/authrequest", json={"data": data}, headers=numbers(signed_in))
    assert answer.status_code == 202
    clock.now += minutes(5)
    asked = {"timestamp": 1, "nonce": 1, "poll_id": answer.json()["poll_id"], "action": "authorizations"}
    done = signed_in.post(f"{BASE}/v2/accounts/poll", json={"data": asked}, headers=numbers(signed_in)).json()
    (one,) = done["data"]["authorizations"]
    assert (one["smart_license"], one["error_code"], one["status"]) == (None, "REFUSED", "FAILED")
    assert "Insufficient" in one["status_message"]


@pytest.mark.parametrize("path", [f"{BASE}/v3/licenses/summary", f"{NEWER}/licensing/v2/get-summary"])
def test_the_summary_echoes_the_nonce(signed_in: httpx.Client, path: str) -> None:
    data = {"timestamp": "1767312000000", "nonce": "aGk", "tags": []}
    found = signed_in.post(path, json={"data": data}, headers=numbers(signed_in)).json()
    (line,) = found["summary"]
    (detail,) = line["license_details"]
    assert (found["status"], found["nonce"], found["message"], found["message_code"]) == ("SUCCESS", "aGk", "", None)
    assert (line["entitled"], line["future_entitled"], line["inuse"], line["reserved"]) == (20, 0, 0, 0)
    assert (detail["billing_model"], detail["postpaid_usage"], detail["end_date"]) == ("PREPAID", None, None)


def test_a_usage_file_is_uploaded_as_a_form(signed_in: httpx.Client) -> None:
    path = f"{BASE}/v1/accounts/example.com/virtual-accounts/Branches/usage-data-files"
    content = usage_file([report(udi(), 7, JAN_1, JAN_1 + days(1))])
    made = signed_in.post(path, files={"file": ("branch 17.txt", content, "text/plain")}).json()
    assert (made["fileName"], made["errors"]) == ("branch 17.txt", [])
    assert signed_in.post(path, data={"x": "y"}, files={}).status_code == 400


# --- the newer generation --------------------------------------------------------------------------------------------


def test_smart_accounts_of_a_user(signed_in: httpx.Client) -> None:
    asked = {"userId": "anna", "addVirtualAccounts": "true", "addRoleDipslayName": "true"}
    (account,) = signed_in.get(f"{NEWER}/accounts/v1/user/search-smart-accounts", params=asked).json()["accounts"]
    assert account["domain"] == "example.com"
    assert len(account["virtualAccounts"]) == 3


def test_accounts_of_plug_and_play_come_in_pages(signed_in: httpx.Client) -> None:
    page = signed_in.get(f"{NEWER}/pnp/v2/accounts", params={"startIdx": 0, "rowsPerPage": 100}).json()
    assert page["totalRows"] == 1
    assert page["data"][0]["domainIdentifier"] == "example.com"
    path = f"{NEWER}/pnp/v2/accounts/example.com/virtual-accounts"
    pages = [signed_in.get(path, params={"startIdx": start, "rowsPerPage": 2}).json() for start in (0, 2)]
    names = [one["virtualAccountName"] for page in pages for one in page["data"]]
    assert (names, pages[0]["totalRows"]) == (["DEFAULT", "Branches", "Campus"], 3)
    assert pages[0]["data"][0]["default"] is True


@pytest.mark.parametrize("base", [NEWER, "", f"{BASE}/v3"])
def test_product_instances_by_name(signed_in: httpx.Client, base: str) -> None:
    asked = {"virtualAccountName": "Branches", "instanceName": udi().sn, "limit": 50, "offset": 0}
    found = signed_in.get(f"{base}/licensing/v2/accounts/example.com/devices", params=asked).json()
    (device,) = found["devices"]
    assert (found["status"], device["sudi"]["udiPid"], device["sudi"]["udiSerialNumber"]) == (
        "SUCCESS",
        udi().pid,
        udi().sn,
    )
    assert device["instanceName"].strip()
    assert device["productTagName"]


def test_a_universal_reservation_from_request_to_return(signed_in: httpx.Client) -> None:
    home = f"{NEWER}/licensing/v2/account/example.com/virtual-account/Branches"
    asked = {"reservationRequests": [{"reservationCode": PLR, "reservationType": "UNIVERSAL"}]}
    made = signed_in.post(f"{home}/licenses/reserve", json=asked).json()
    (code,) = made["authorizationCodes"]
    assert (made["status"], code["reservationCode"], code["status"]) == ("SUCCESS", PLR, "SUCCESS")
    assert re.fullmatch(r"[A-Za-z0-9]{6}(?:-[A-Za-z0-9]{6}){5}", code["authorizationCode"])

    found = signed_in.get(f"{NEWER}/licensing/v2/device/search", params={"udi_serial_number": udi(9).sn}).json()
    (device,) = found["data"]
    assert (found["status"], device["account"]["virtual_account_name"]) == ("COMPLETE", "Branches")
    assert device["sudi"]["udiSerialNumber"] == udi(9).sn
    assert (device["account"]["default"], bool(device["software_tag"])) == (False, True)

    gone = {
        "sudi": {"udiPid": udi(9).pid, "udiSerialNumber": udi(9).sn},
        "productTagName": device["software_tag"],
        "returnCode": return_code(udi(9), "1"),
    }
    answer = signed_in.post(
        f"{NEWER}/licensing/v3/accounts/example.com/devices/remove",
        params={"virtualAccountName": "Branches"},
        json={"productInstancesRemoveRequests": [gone]},
    ).json()
    (removed,) = answer["removeProductInstancesStatus"]
    assert (answer["status"], removed["status"]) == ("SUCCESS", "SUCCESS")
    assert removed["device"]
    assert removed["statusMessage"]


def test_what_can_be_reserved(signed_in: httpx.Client) -> None:
    asked = {"softwareTags": ["regid.2019-05.com.cisco.FTD,1.0_x"]}
    found = signed_in.post(f"{NEWER}/licensing/v1/search-slr-details", json=asked).json()
    (product,) = found["data"]
    assert (found["status"], product["softwareTag"]) == ("SUCCESS", asked["softwareTags"][0])
    assert NETWORK_TAG in [one["entitlementTag"] for one in product["entitlements"]]


def test_policy_and_consumption_are_passed_on(signed_in: httpx.Client) -> None:
    asked = {"smartAccount": "example.com", "virtualAccountName": "Branches"}
    assert signed_in.get(f"{NEWER}/licensing/v2/account-policy", params=asked).json()["name"] == "CISCO default"
    found = signed_in.get(f"{NEWER}/ea/v1/subscription/account/example.com/consumption").json()
    assert found["status"] == "SUCCESS"


def test_an_error_is_read_from_its_message(signed_in: httpx.Client) -> None:
    answer = signed_in.get(f"{NEWER}/pnp/v2/accounts/none.example.com/virtual-accounts")
    assert (answer.status_code, "no access" in answer.json()["message"]) == (403, True)
