"""The HTTP API as public clients use it, from the outside. Source: reference/reports.md sections 7 and 8."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from nornir_smartlic.files import Ack, AuthorizationDocument, parse_smart_license
from nornir_smartlic.model import EnforcementType, Entitlement
from smartlic_lab.authority import Cssm, licenses
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.rate import RateLimit
from smartlic_lab.world.network import HttpRequest
from smartlic_lab.world.signing import return_code
from tests.lab.authority.api_client import BASE, ApiClient
from tests.lab.authority.devices import HSEC_TAG, JAN_1, NETWORK_TAG, days, minutes, report, udi, usage_file

LATER = JAN_1 + days(1)
ACCOUNT = "v1/accounts/example.com"
BRANCHES = f"{ACCOUNT}/virtual-accounts/Branches"


@pytest.fixture
def client(cssm: Cssm) -> ApiClient:
    """A client with all rights, and a licence of two kinds to work with."""
    hsec = Entitlement("hseck9", "HSEC", HSEC_TAG, "", enforcement=EnforcementType.EXPORT_RESTRICTED)
    cssm.add_licenses([Entitlement("network-advantage", "Network Advantage", NETWORK_TAG, ""), hsec])
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        licenses.add_pool(work, home, find_license(work, NETWORK_TAG), 10)
        licenses.add_pool(work, home, find_license(work, HSEC_TAG), 1)
    cssm.add_api_client("example.com", "script", "battery staple")
    return ApiClient(cssm)


def usage(number: int = 7) -> dict[str, Any]:
    made = report(udi(), number, JAN_1, LATER)
    device = {"sudi": {"udi_pid": udi().pid, "udi_serial_number": udi().sn}, "usage": [made.as_json()]}
    return {"data": {"timestamp": 1767312000000, "nonce": "11", "reports": [device]}}


def poll(poll_id: int, action: str = "acknowledgements") -> dict[str, Any]:
    return {"data": {"timestamp": 1767312000000, "nonce": "12", "poll_id": poll_id, "action": action}}


def hand_in(client: ApiClient, now: Any = LATER) -> Any:
    return client.ask("POST", "v2/devices/reportusage", usage(), now=now, **client.account_headers())


def ask_result(client: ApiClient, poll_id: int, now: Any, action: str = "acknowledgements") -> Any:
    return client.ask("POST", "v2/accounts/poll", poll(poll_id, action), now=now, **client.account_headers())


def test_usage_goes_in_and_the_ack_is_polled_for(client: ApiClient) -> None:
    ticket = hand_in(client).json
    assert (ticket["status"], ticket["poll_interval"], ticket["action"]) == ("OK_POLL", 300, "acknowledgements")
    assert ask_result(client, ticket["poll_id"], LATER + minutes(1)).json["status"] == "OK_POLL"
    done = ask_result(client, ticket["poll_id"], LATER + minutes(5)).json
    (answer,) = done["data"]["acknowledgements"]
    (ack,) = parse_smart_license(base64.b64decode(answer["smart_license"]).decode())
    assert done["status"] == "COMPLETE"
    assert isinstance(ack, Ack)
    assert (ack.udi, ack.report_ids) == (udi(), (7,))


def test_what_was_acknowledged_is_a_duplicate(client: ApiClient) -> None:
    ticket = hand_in(client).json
    ask_result(client, ticket["poll_id"], LATER + minutes(5))
    again = hand_in(client, LATER + minutes(10)).json
    assert again["status"] == "FAILED"
    assert "duplicate" in again["message"]


def test_what_was_not_yet_fetched_can_be_handed_in_again(client: ApiClient) -> None:
    hand_in(client)
    again = hand_in(client, LATER + minutes(10)).json
    assert again["status"] == "OK_POLL"
    assert ask_result(client, again["poll_id"], LATER + minutes(15)).json["status"] == "COMPLETE"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"x-csw-smart-account-id": "one", "x-csw-virtual-account-id": "2"}, 400),
        ({"x-csw-smart-account-id": "99", "x-csw-virtual-account-id": "2"}, 403),
    ],
)
def test_the_account_headers_are_needed_and_checked(client: ApiClient, headers: dict[str, str], status: int) -> None:
    answer = client.ask("POST", "v2/devices/reportusage", usage(), **headers)
    assert (answer.status, answer.json["status"]) == (status, "ERROR")


def test_an_authorization_code_is_asked_for_and_given_back(client: ApiClient, cssm: Cssm) -> None:
    sudi = {"udi_pid": udi().pid, "udi_serial_number": udi().sn}

    def ask(**more: Any) -> Any:
        data = {"timestamp": 1, "nonce": "1", "licenses": [{"sudi": sudi, "hostname": "switch", **more}]}
        ticket = client.ask("POST", "v2/devices/authrequest", {"data": data}, **client.account_headers()).json
        done = ask_result(client, ticket["poll_id"], JAN_1 + minutes(5), "authorizations").json
        return done["data"]["authorizations"][0]

    given = ask(keys=[{"entitlement": HSEC_TAG, "count": "1"}])
    (document,) = parse_smart_license(base64.b64decode(given["smart_license"]).decode())
    assert isinstance(document, AuthorizationDocument)
    assert [(one.tag, one.count) for one in document.licenses] == [(HSEC_TAG, 1)]
    refused = ask(keys=[{"entitlement": HSEC_TAG, "count": "2"}])
    assert (refused["status"], refused["status_message"].split(":")[0]) == ("FAILED", "Insufficient licenses")
    assert ask(remove_code="CZ9XGf-2a9Sft-n3q")["status"] == "FAILED"
    assert ask(remove_code=return_code(udi(2), "1"))["status"] == "FAILED"  # another device's
    assert ask(remove_code=return_code(udi(), "1"))["status"] == "SUCCESS"
    (line,) = [
        one for one in client.ask("POST", f"{ACCOUNT}/licenses", {}).json["licenses"] if one["license"] == "HSEC"
    ]
    assert (line["reserved"], line["available"], line["status"]) == (0, 1, "In Compliance")


def test_tokens_are_made_listed_and_revoked(client: ApiClient) -> None:
    asked = {"description": "branch 17", "expiresAfterDays": 30, "exportControlled": "Not Allowed"}
    made = client.ask("POST", f"{BRANCHES}/tokens", asked).json["tokenInfo"]
    listed = client.ask("GET", f"{BRANCHES}/tokens").json["tokens"]
    assert [one["token"] for one in listed] == [made["token"]]
    assert (listed[0]["description"], listed[0]["createdBy"]) == ("branch 17", "script")
    assert client.ask("POST", f"{BRANCHES}/tokens/revoke", {"tokens": [made["token"]]}).json["status"] == "SUCCESS"
    assert client.ask("GET", f"{BRANCHES}/tokens").json["tokens"] == []


def test_devices_are_paged_through(client: ApiClient, cssm: Cssm) -> None:
    for number in range(1, 8):
        file = usage_file([report(udi(number), number, JAN_1, LATER, count=number)])
        cssm.submit_usage_file(file, domain="example.com", virtual_account="Branches", now=LATER)
    cssm.tick(LATER + minutes(5))
    pages = [client.ask("POST", f"{ACCOUNT}/devices", {"limit": 3, "offset": at}).json for at in (0, 3, 6)]
    assert [page["totalRecords"] for page in pages] == [7, 7, 7]
    assert [len(page["devices"]) for page in pages] == [3, 3, 1]
    first = pages[0]["devices"][0]
    assert first["displayName"] == "UDI_PID:C9300-24T; UDI_SN:FOC00000001; "
    assert first["licenseUsage"] == [{"license": "Network Advantage", "quantity": 1}]
    newer = client.ask("GET", "/licensing/v2/accounts/example.com/devices?instanceName=0000000&limit=2").json
    assert (newer["totalRecords"], len(newer["devices"])) == (7, 2)


def test_devices_and_licences_are_transferred(client: ApiClient, cssm: Cssm) -> None:
    file = usage_file([report(udi(), 7, JAN_1, LATER, count=2)])
    cssm.submit_usage_file(file, domain="example.com", virtual_account="Branches", now=LATER)
    cssm.tick(LATER + minutes(5))
    sudi = {"udiPid": udi().pid, "udiSerialNumber": udi().sn}
    moved = {"productInstances": [{"sudi": sudi, "productTagName": "x", "targetVirtualAccount": "Campus"}]}
    assert client.ask("POST", f"{BRANCHES}/devices/transfer", moved).json["status"] == "SUCCESS"
    licence = {
        "license": "Network Advantage",
        "licenseType": "PERPETUAL",
        "quantity": 2,
        "targetVirtualAccount": "Campus",
        "precedence": "LONGEST_TERM_FIRST",
    }
    assert client.ask("POST", f"{BRANCHES}/licenses/transfer", {"licenses": [licence]}).json["status"] == "SUCCESS"
    lines = client.ask("POST", f"{ACCOUNT}/licenses", {"virtualAccounts": ["Campus"]}).json["licenses"]
    assert [(one["quantity"], one["inUse"], one["available"]) for one in lines] == [(2, 2, 0)]
    too_many = client.ask("POST", f"{BRANCHES}/licenses/transfer", {"licenses": [{**licence, "quantity": 20}]})
    assert too_many.status == 409


def test_the_summary_of_v3(client: ApiClient) -> None:
    hand_in(client)
    asked = {"data": {"timestamp": 1, "nonce": 1, "tags": [NETWORK_TAG]}}
    answer = client.ask("POST", "v3/licenses/summary", asked, now=LATER, **client.account_headers()).json
    (line,) = answer["summary"]
    assert answer["out_standing_reports"] == 1
    assert (line["display_name"], line["prepaid_entitled"], line["enforced"]) == ("Network Advantage", 10, False)
    assert line["license_details"][0]["license_type"] == "PERPETUAL"


def test_files_are_uploaded_and_their_acks_downloaded(client: ApiClient) -> None:
    data = usage_file([report(udi(), 7, JAN_1, LATER)])
    made = client.ask("POST", f"{BRANCHES}/usage-data-files?fileName=branch.txt", data, now=LATER).json
    assert made["reportingStatus"] == "Processing"
    path = f"v1/usage-data-files/{made['fileId']}"
    assert client.ask("GET", f"{path}/acknowledgement", now=LATER).status == 409
    assert client.ask("GET", path, now=LATER + minutes(5)).json["reportingStatus"] == "No Errors"
    answer = client.ask("GET", f"{path}/acknowledgement", now=LATER + minutes(5))
    assert b"smartLicenseRumAck" in answer.body
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ACK_branch.txt"'
    rubbish = client.ask("POST", f"{BRANCHES}/usage-data-files", b"hello", now=LATER)
    assert (rubbish.status, "expected an XML element" in rubbish.json["statusMessage"]) == (400, True)


def test_too_many_calls_get_the_time_to_come_back(client: ApiClient, cssm: Cssm) -> None:
    client.sign_in()
    cssm.rate_limit = RateLimit(2, timedelta(seconds=60))
    answers = [client.ask("GET", "v2/accounts/search", now=JAN_1 + timedelta(seconds=n)) for n in (0, 10, 20, 61)]
    assert [answer.status for answer in answers] == [200, 200, 429, 200]
    assert answers[2].headers["Retry-After"] == "40"


@pytest.mark.parametrize(
    ("fault", "status", "header"),
    [("too-many-requests", 429, "Retry-After"), ("server-error", 500, None), ("unavailable", 503, None)],
)
def test_faults_come_on_demand_and_go(
    client: ApiClient, cssm: Cssm, fault: str, status: int, header: str | None
) -> None:
    client.sign_in()
    cssm.faults.add(fault, until=LATER)
    failed = client.ask("GET", "v2/accounts/search")
    assert failed.status == status
    assert header is None or header in failed.headers
    assert client.ask("GET", "v2/accounts/search", now=JAN_1 + minutes(30)).status == status
    cssm.faults.clear(fault)
    assert client.ask("GET", "v2/accounts/search", now=JAN_1 + minutes(31)).status == 200


def test_the_doubled_prefix_of_one_client_works_too(client: ApiClient) -> None:
    assert client.ask("GET", "/services/api" + BASE + "/v2/accounts/search").status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", f"{BASE}/v2/accounts/search", 405)]
)
def test_what_there_is_not_says_so(client: ApiClient, method: str, path: str, status: int) -> None:
    assert client.ask(method, path).status == status


def test_wrong_credentials_get_one_answer(cssm: Cssm, client: ApiClient) -> None:
    wrong = [ApiClient(cssm, "script", "guess").sign_in(), ApiClient(cssm, "nobody", "guess").sign_in()]
    assert [answer.status for answer in wrong] == [401, 401]
    assert wrong[0].json == wrong[1].json


def test_a_user_signs_in_with_a_password(cssm: Cssm) -> None:
    cssm.add_user("example.com", "anna", "Smart Account user", password="open sesame")
    form = b"grant_type=password&client_id=native&client_secret=x&username=anna&password=open%20sesame"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = cssm.handle(HttpRequest("POST", "/oauth2/default/v1/token", "id", headers=headers, body=form), JAN_1)
    assert answer.status == 200
