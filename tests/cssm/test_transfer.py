from __future__ import annotations

from email.utils import format_datetime

import httpx
import pytest

from nornir_smartlic.cssm import Endpoint, Retries, Transfer
from nornir_smartlic.errors import CssmError
from tests.cssm.over_memory import JAN_1, transfer_to


class Answers:
    """Gives the answers that it was made with, one after the other."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.left = list(answers)
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        answer = self.left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


GOOD = httpx.Response(200, json={"status": "SUCCESS"})


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_error_is_asked_again(status):
    slept: list[float] = []
    answers = Answers(httpx.Response(status), GOOD)
    assert transfer_to(answers, slept).ask("GET", "/x").status == 200
    assert len(slept) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_an_error_that_stays_is_not_asked_again(status):
    answers = Answers(httpx.Response(status, json={"statusMessage": "no"}))
    answer = transfer_to(answers, []).ask("GET", "/x")
    with pytest.raises(CssmError, match="devices: no"):
        answer.checked("devices")
    assert answers.asked == 1


@pytest.mark.parametrize(
    ("header", "seconds"), [("17", 17.0), (format_datetime(JAN_1.replace(second=30), usegmt=True), 30.0)]
)
def test_retry_after_is_kept_in_seconds_or_as_a_date(header, seconds):
    slept: list[float] = []
    transfer_to(Answers(httpx.Response(429, headers={"retry-after": header}), GOOD), slept).ask("GET", "/x")
    assert slept == [seconds]


def test_pauses_grow_and_have_an_end():
    slept: list[float] = []
    with pytest.raises(CssmError) as caught:
        transfer_to(Answers(*[httpx.Response(503, json={"message": "busy"})] * 5), slept).ask("GET", "/x")
    assert str(caught.value) == "cssm.example.com: busy"
    assert caught.value.status == 503
    assert len(slept) == 4
    assert slept == sorted(slept)


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (httpx.ConnectError("refused"), 5),
        (httpx.ReadTimeout("slow"), 1),
        (httpx.RemoteProtocolError("gone"), 1),
    ],
)
def test_what_cannot_be_repeated_is_sent_again_only_where_it_was_not_done(error, asked):
    answers = Answers(*[error] * 5)
    with pytest.raises(CssmError):
        transfer_to(answers, []).ask("POST", "/x", repeatable=False)
    assert answers.asked == asked


def test_failed_in_the_body_is_an_error_whatever_the_status():
    answer = transfer_to(Answers(httpx.Response(200, json={"status": "FAILED", "message": "duplicate"})), [])
    with pytest.raises(CssmError, match="report: duplicate"):
        answer.ask("POST", "/x").checked("report")


def test_a_page_that_is_no_json_is_an_error_in_one_line():
    answer = transfer_to(Answers(httpx.Response(200, text="<html>portal</html>")), []).ask("GET", "/x")
    with pytest.raises(CssmError, match="accounts: HTTP status 200"):
        answer.checked("accounts")


def test_certificates_are_verified_and_a_missing_authority_is_said(tmp_path):
    with pytest.raises(CssmError, match=r"ca\.pem"):
        Transfer(Endpoint("https://cssm.example.com", ca_file=tmp_path / "ca.pem"))


def test_a_server_may_ask_for_a_longer_pause_than_ours():
    retries = Retries(first_seconds=1.0)
    assert retries.pause(0, asked=600.0) == 600.0
    assert 0.75 <= retries.pause(0, asked=None) <= 1.25
