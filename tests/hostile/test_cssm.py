"""A CSSM that lies: whatever it answers is one line, and no credential goes where it could be read."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest

from nornir_smartlic.cssm import ClientCredentials, CssmClient, Endpoint, Transfer
from nornir_smartlic.errors import CssmError, UsageError
from nornir_smartlic.model import Secret

SECRET = Secret("client-secret-of-a-fake")


def client(answers: Any, url: str = "https://cssm.example.com", **options: Any) -> CssmClient:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("token.oauth2"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        found: httpx.Response = answers(request) if callable(answers) else answers
        return found

    transfer = Transfer(Endpoint(url, **options), sleep=lambda _: None, transport=httpx.MockTransport(answer))
    return CssmClient(transfer, ClientCredentials("id", SECRET))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>maintenance</html>"),
        httpx.Response(200, content=b"[" * 200_000),
        httpx.Response(200, content=b"\xff\xfe\x00garbage"),
        httpx.Response(200, json=["no", "object"]),
        httpx.Response(200, content=b"x", headers={"content-encoding": "gzip"}),
        httpx.Response(302, headers={"location": "https://elsewhere.example.com/"}),
        httpx.Response(429, headers={"retry-after": "99999999999"}),
        httpx.Response(503, headers={"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}),
        httpx.Response(400, json={"message": "\x1b[31mred\nmore"}),
    ],
    ids=["html", "deep", "garbage", "list", "no gzip", "redirect", "retry", "retry date", "escape"],
)
def test_whatever_it_answers_is_one_line(answer: httpx.Response):
    with pytest.raises(CssmError) as caught:
        client(answer).accounts()
    assert str(caught.value).isprintable()


def test_an_answer_without_end_is_given_up():
    def endless(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=iter(lambda: b"x" * 65536, b""))

    with pytest.raises(CssmError, match="more than 1048576 bytes"):
        client(endless, answer_mb=1).accounts()


def test_an_answer_that_unpacks_to_too_much_is_given_up():
    packed = gzip.compress(b" " * 8_000_000)
    answer = httpx.Response(200, content=packed, headers={"content-encoding": "gzip"})
    with pytest.raises(CssmError):
        client(answer, answer_mb=1).accounts()


@pytest.mark.parametrize("value", ["text", 7, [1], {"a": 1}, None, 1e400, True])
@pytest.mark.parametrize("key", ["accounts", "poll_interval", "expires_in", "virtual_accounts"])
def test_a_value_of_another_kind_is_no_crash(key: str, value: Any):
    text = json.dumps({"status": "OK", "accounts": [{"account_id": 1, key: value}], key: value})
    assert isinstance(client(httpx.Response(200, text=text)).accounts(), tuple)


def test_a_secret_goes_over_https_or_to_this_machine_alone():
    with pytest.raises(UsageError, match="sent over https:// alone"):
        client(httpx.Response(200, json={}), url="http://cssm.example.com")
    for url in ("http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"):
        client(httpx.Response(200, json={}), url=url)


def test_no_token_follows_a_redirect():
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"location": "https://elsewhere.example.com/"})

    with pytest.raises(CssmError, match=r"a redirect to elsewhere\.example\.com, which is not followed"):
        client(answer).accounts()
    assert set(asked) == {"cssm.example.com"}


@pytest.mark.parametrize("path", ["https://elsewhere.example.com/x", "http://cssm.example.com/x"])
def test_no_credential_goes_to_the_host_of_a_path(path: str):
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={})

    transfer = Transfer(Endpoint("https://cssm.example.com"), transport=httpx.MockTransport(answer))
    with pytest.raises(CssmError, match="to which no credential is sent"):
        transfer.ask("GET", path, headers={"Authorization": "Bearer secret"})
    assert asked == []


@pytest.mark.parametrize(("refusals", "logins"), [(1, 2), (9, 2)])
def test_a_token_that_is_refused_is_fetched_anew_once(refusals: int, logins: int):
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path.endswith("token.oauth2"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        is_refused = sum(not path.endswith("token.oauth2") for path in asked) <= refusals
        return httpx.Response(401, json={"message": "expired"}) if is_refused else httpx.Response(200, json={})

    transfer = Transfer(Endpoint("https://cssm.example.com"), transport=httpx.MockTransport(answer))
    speaker = CssmClient(transfer, ClientCredentials("id", SECRET))
    if refusals == 1:
        assert speaker.accounts() == ()
    else:
        with pytest.raises(CssmError, match="accounts: expired"):
            speaker.accounts()
    assert sum(path.endswith("token.oauth2") for path in asked) == logins


def test_pages_without_end_are_given_up(monkeypatch):
    monkeypatch.setattr("nornir_smartlic.cssm.client.MOST_RECORDS", 500)
    device = {"sudi": {"udiPid": "C9300-24T", "udiSerialNumber": "FOC1"}}
    page = httpx.Response(200, json={"access_token": "a", "expires_in": 9999, "devices": [device] * 100})
    with pytest.raises(CssmError, match="devices: no end after"):
        sum(1 for _ in client(page).product_instances("example.com"))
