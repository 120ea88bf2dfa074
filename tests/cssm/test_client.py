from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from nornir_smartlic.cssm import PollTicket, Results
from nornir_smartlic.errors import CssmError, ReportRejected
from nornir_smartlic.files import parse_smart_license, parse_usage_file
from nornir_smartlic.model import Secret
from smartlic_lab.authority.faults import FaultKind
from smartlic_lab.authority.models import Report
from tests.cssm.over_memory import JAN_1, SECRET, Service
from tests.lab.authority.devices import report, udi, usage_file


def home(service: Service):
    """A client, and the account and virtual account that it works for."""
    client = service.client()
    (account,) = client.accounts()
    return client, account, next(va for va in account.virtual_accounts if va.name == "My Branches")


def one_usage_file(number: int = 1):
    device = udi(number)
    text = usage_file([report(device, 1767225600, JAN_1 - timedelta(days=1), JAN_1)]).decode()
    return parse_usage_file(text)


def test_accounts_come_with_the_numbers_that_reports_need(service):
    _, account, virtual_account = home(service)
    assert (account.domain, account.name) == ("example.com", "Example Networks")
    assert virtual_account.number > 0


def test_an_access_token_is_fetched_once_and_again_when_it_has_ended(service):
    client = service.client()
    client.accounts()
    client.accounts()
    logins = [request for request in service.requests if request.url.path == "/as/token.oauth2"]
    assert len(logins) == 1
    service.now += timedelta(hours=2)
    client.accounts()
    logins = [request for request in service.requests if request.url.path == "/as/token.oauth2"]
    assert len(logins) == 2


def test_the_token_endpoint_of_the_newer_identity_host_is_asked(service):
    service.client(token_path="/oauth2/default/v1/token").accounts()
    assert service.requests[0].url.path == "/oauth2/default/v1/token"


def test_wrong_credentials_are_one_line_without_them(service):
    with pytest.raises(CssmError) as caught:
        service.client("not-the-secret").accounts()
    assert caught.value.status == 401
    assert "not-the-secret" not in str(caught.value)


def test_a_usage_report_is_acknowledged_after_polling(service):
    client, account, branches = home(service)
    ticket = client.report_usage([one_usage_file()], account, branches, nonce="7", timestamp_ms=1)
    assert isinstance(client.poll(ticket, account, branches), PollTicket)
    service.now += timedelta(seconds=ticket.interval_seconds)
    results = client.poll(ticket, account, branches)
    assert isinstance(results, Results)
    (document,) = results.documents
    assert document.udi == udi()
    assert any(type(part).__name__ == "Ack" for part in parse_smart_license(document.text))


def test_a_report_that_was_taken_before_is_rejected_with_cssm_s_reason(service):
    client, account, branches = home(service)
    ticket = client.report_usage([one_usage_file()], account, branches, nonce="7", timestamp_ms=1)
    service.now += timedelta(minutes=10)
    client.poll(ticket, account, branches)
    with pytest.raises(ReportRejected) as caught:
        client.report_usage([one_usage_file()], account, branches, nonce="8", timestamp_ms=1)
    assert caught.value.reason
    assert "\n" not in str(caught.value)


def test_a_payload_arrives_byte_for_byte(service):
    client, account, branches = home(service)
    usage = one_usage_file()
    client.report_usage([usage], account, branches, nonce="7", timestamp_ms=1)
    sent = json.loads(service.requests[-1].content)
    assert sent["data"]["reports"][0]["usage"][0]["payload"] == usage.reports[0].payload


def test_tokens_are_made_listed_and_revoked(service):
    client = service.client()
    made = client.create_token("example.com", "My Branches", expires_after_days=7, max_uses=3, description="lab")
    assert made.max_uses == 3
    assert made.expires == JAN_1 + timedelta(days=7)
    assert client.tokens("example.com", "My Branches") == (made,)
    assert made.token.reveal() not in repr(made)
    client.revoke_tokens("example.com", "My Branches", [made.token])
    assert client.tokens("example.com", "My Branches") == ()


def test_virtual_accounts_are_listed_by_name(service):
    assert "My Branches" in service.client().virtual_accounts("example.com")


def test_an_account_that_is_not_there_is_an_error_with_its_status(service):
    with pytest.raises(CssmError) as caught:
        service.client().tokens("example.org", "My Branches")
    assert caught.value.status in (403, 404)


def test_a_lost_answer_to_a_report_is_asked_for_again_and_counted_once(service):
    client, account, branches = home(service)
    service.cssm.faults.add(FaultKind.LOSE_ANSWERS, count=1)
    ticket = client.report_usage([one_usage_file()], account, branches, nonce="7", timestamp_ms=1)
    assert ticket.poll_id
    assert len(service.slept) == 1
    with service.cssm.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Report)) == 1


def test_a_token_is_not_made_twice_when_the_answer_was_lost(service):
    client = service.client()
    client.accounts()
    service.cssm.faults.add(FaultKind.LOSE_ANSWERS, count=1)
    with pytest.raises(CssmError, match="whether it was done is not known"):
        client.create_token("example.com", "My Branches")
    assert len(client.tokens("example.com", "My Branches")) == 1


def test_no_secret_is_in_an_error_or_a_repr(service):
    token = service.client().create_token("example.com", "My Branches").token
    with pytest.raises(CssmError) as caught:
        service.client().revoke_tokens("example.com", "Nowhere", [token])
    for text in (str(caught.value), repr(caught.value), repr(service.client()), repr(Secret(SECRET))):
        assert token.reveal() not in text
        assert SECRET not in text
