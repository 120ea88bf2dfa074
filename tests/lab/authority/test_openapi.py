"""The OpenAPI description is true: schemathesis finds no 5xx and no answer that it does not describe."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from nornir_smartlic.model import Entitlement
from smartlic_lab.authority import Cslu, Cssm, OnPrem
from smartlic_lab.authority.api import administration
from smartlic_lab.authority.api.newer import SmartAccountsQuery
from smartlic_lab.authority.api.routes import Route
from smartlic_lab.authority.api.v1 import AccountSearch
from smartlic_lab.authority.api.v2 import DomainQuery
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.device_messages import PATHS
from smartlic_lab.authority.licenses import add_pool
from smartlic_lab.world.network import HttpRequest
from tests.lab.authority.api_client import ApiClient, wsgi
from tests.lab.authority.conftest import empty_postgresql
from tests.lab.authority.devices import DNA_TAG, JAN_1, NETWORK_TAG, FakeDevice, days
from tests.postgresql import DATABASES

LENIENT = (AccountSearch, DomainQuery, SmartAccountsQuery)


@pytest.fixture(scope="module", params=DATABASES)
def description(request: pytest.FixtureRequest) -> Any:
    """The description of a CSSM with something of everything, and the headers that open it."""
    cssm = Cssm("cssm", database="sqlite://" if request.param == "sqlite" else empty_postgresql(), now=JAN_1)
    cssm.add_smart_account("example.com")
    cssm.add_virtual_account("example.com", "Branches")
    cssm.add_licenses(
        [Entitlement("network-advantage", "Network", NETWORK_TAG, ""), Entitlement("dna", "DNA", DNA_TAG, "")]
    )
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        add_pool(work, home, find_license(work, "Network"), 10)
        add_pool(work, home, find_license(work, "DNA"), 10, ended=JAN_1 + days(365), subscription_id="Sub1")
    device = FakeDevice(cssm)
    device.trust(cssm.add_token("example.com", "Branches"))
    device.push(JAN_1 + days(1))
    cssm.tick(JAN_1 + days(2))
    cssm.add_api_client("example.com", "script", "battery staple")
    client = ApiClient(cssm, now=JAN_1 + days(2))
    client.sign_in()
    schema = schemathesis.openapi.from_wsgi("/openapi.json", wsgi(cssm, lambda: client.now))
    schema.config.generation.update(allow_x00=False)  # a NUL is no text: 400
    return schema, {"Authorization": f"Bearer {client.token}", **client.account_headers()}


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("route", Cssm.ROUTES, ids=lambda route: route.operation_id)
def test_every_answer_is_described(description: Any, route: Route, mode: GenerationMode) -> None:
    schema, headers = description
    operation = schema[route.path][route.method]
    # parameters that the description does not have are let be, as Cisco's hosts do; this one has no other mistakes
    excluded = [negative_data_rejection] if route.query in LENIENT else []
    if route in administration.ROUTES:  # what two members say together can be refused: a role without its account
        excluded.append(positive_data_acceptance)
    if route.oauth or route.binary:  # a wrong login and a file that is none are 400, whatever their shape
        excluded.append(positive_data_acceptance)

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=10,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    def holds(case: schemathesis.Case) -> None:
        wrong = {name.lower() for name in case.headers or {}} if mode is GenerationMode.NEGATIVE else set()
        case.call_and_validate(
            headers={name: value for name, value in headers.items() if name.lower() not in wrong},
            excluded_checks=excluded,
        )

    try:
        holds()
    except Unsatisfiable:
        pytest.skip("there is nothing to break in this operation")


@pytest.mark.parametrize("path", sorted(PATHS))
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_to_a_device_is_described(description: Any, path: str, mode: GenerationMode) -> None:
    schema, _headers = description

    @given(case=schema[path]["POST"].as_strategy(generation_mode=mode))
    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def holds(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=[negative_data_rejection, positive_data_acceptance])

    holds()


def test_cslu_describes_what_it_takes() -> None:
    cslu = Cslu(
        "cslu",
        now=JAN_1,
        forward=lambda request, now: pytest.fail("not asked"),
        domain="example.com",
        virtual_account="DEFAULT",
        client_id="cslu",
        client_secret="correct horse",
    )
    answer = cslu.handle(HttpRequest("GET", "/openapi.json", "cslu.example.com"), JAN_1)
    assert list(json.loads(answer.body)["paths"]) == ["/cslu/v1/pi"]


def test_on_prem_describes_its_own_paths() -> None:
    onprem = OnPrem("onprem", now=JAN_1, forward=lambda request, now: pytest.fail("not asked"))
    paths = onprem.openapi()["paths"]
    assert "/oauth/token" in paths
    assert "/SmartTransport" in paths
    assert "/api/v1/accounts/{domain}/virtual-accounts/{virtual_account}/tokens" in paths
