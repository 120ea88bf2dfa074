"""A client of the HTTP API without a socket, and the WSGI application that schemathesis asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from smartlic_lab.authority import Cssm
from smartlic_lab.world.network import HttpRequest, HttpResponse
from tests.lab.authority.devices import JAN_1

BASE = "/services/api/smart-accounts-and-licensing"


@dataclass
class Answer:
    """A response as a client sees it."""

    status: int
    json: Any
    headers: dict[str, str]
    body: bytes


@dataclass
class ApiClient:
    """Signs in once, and asks *cssm* with what it got."""

    cssm: Cssm
    client_id: str = "script"
    client_secret: str = "battery staple"
    now: datetime = JAN_1
    token: str | None = None
    headers: dict[str, str] | None = None
    renews: bool = True  # signs in again when its token is over

    def sign_in(self, now: datetime | None = None) -> Answer:
        form = f"grant_type=client_credentials&client_id={self.client_id}&client_secret={self.client_secret}"
        response = self.cssm.handle(
            HttpRequest(
                "POST",
                "/as/token.oauth2",
                "cloudsso.example.com",
                headers={"content-type": "application/x-www-form-urlencoded"},
                body=form.replace(" ", "%20").encode(),
            ),
            now or self.now,
        )
        answer = as_answer(response)
        self.token = answer.json.get("access_token")
        return answer

    def ask(self, method: str, path: str, body: Any = None, *, now: datetime | None = None, **headers: str) -> Answer:
        """One call; *path* below the base unless it starts with a slash; *body* as JSON, bytes as they are."""
        if self.token is None:
            self.sign_in(now)
        target = urlsplit(path if path.startswith("/") else f"{BASE}/{path}")
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = HttpRequest(
            method,
            target.path,
            "swapi.example.com",
            query=dict(parse_qsl(target.query, keep_blank_values=True)),
            headers={
                "authorization": f"Bearer {self.token}",
                "content-type": "application/json",
                **(self.headers or {}),
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
            body=content,
        )
        answer = as_answer(self.cssm.handle(request, now or self.now))
        if answer.status == 401 and self.renews:
            self.sign_in(now)
            renewed = {**request.headers, "authorization": f"Bearer {self.token}"}
            answer = as_answer(self.cssm.handle(replace(request, headers=renewed), now or self.now))
        return answer

    def account_headers(self, domain: str = "example.com", virtual_account: str = "Branches") -> dict[str, str]:
        """The headers by which v2 knows the account."""
        for account in self.ask("GET", "v2/accounts/search").json["accounts"]:
            for one in account["virtual_accounts"]:
                if (account["domain"], one["name"]) == (domain, virtual_account):
                    return {
                        "x-csw-smart-account-id": str(account["account_id"]),
                        "x-csw-virtual-account-id": str(one["virtual_account_id"]),
                    }
        raise AssertionError(f"no account {domain} / {virtual_account}")


def as_answer(response: HttpResponse) -> Answer:
    is_json = response.content_type == "application/json" and response.body
    return Answer(
        response.status, json.loads(response.body) if is_json else None, dict(response.headers), response.body
    )


def wsgi(cssm: Cssm, now: Callable[[], datetime]) -> Callable[..., Iterable[bytes]]:
    """*cssm* as a WSGI application."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        headers = {name[5:].replace("_", "-").lower(): v for name, v in environ.items() if name.startswith("HTTP_")}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        request = HttpRequest(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
            environ.get("HTTP_HOST", ""),
            query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
            headers=headers,
            body=environ["wsgi.input"].read(length) if length else b"",
        )
        response = cssm.handle(request, now())
        start_response(
            f"{response.status} -", [("Content-Type", response.content_type), *dict(response.headers).items()]
        )
        return [response.body]

    return application
