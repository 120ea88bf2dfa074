"""Access tokens: the token endpoints of Cisco's hosts, and the login page for clients that get a code.

Source: RFC 6749 (grants, client authentication, errors); reference/reports.md sections 7.1 and 8 (paths, answers);
reference/cssm-clients.md (what clients send: the form in the body or in the query, HTTP Basic, a wrong login is 400).
"""

from __future__ import annotations

import base64
import binascii
import html
from typing import Annotated, Final, Literal
from urllib.parse import quote, unquote_plus, urlencode, urlsplit

from pydantic import Field

from nornir_smartlic.model import Secret
from smartlic_lab.authority.api.routes import BadRequest, Call, CamelWire, OAuthRefusal, QueryModel, Route, Wire
from smartlic_lab.authority.errors import NotSignedIn
from smartlic_lab.authority.models import Principal, PrincipalKind
from smartlic_lab.authority.principals import (
    ACCESS_TOKEN_SECONDS,
    find_principal,
    issue_access_token,
    issue_login_code,
    principal_of_login_code,
    sign_in,
)
from smartlic_lab.world.network import HttpResponse

_IN_URIS: Final = ":/?#[]@!$&'()*+,;=%"

_PAGE: Final = """<!DOCTYPE html>
<title>Log in</title>
<form method="post" action="?{query}">
<p>{problem}</p>
<label>User <input name="username" autofocus></label>
<label>Password <input name="password" type="password"></label>
<button>Log in</button>
</form>
"""


GRANTS: Final = ("client_credentials", "password", "authorization_code")


class TokenRequest(Wire):
    """A Service application sends client credentials, a Native one the user's too, a Web one the code of a login."""

    grant_type: Annotated[str, Field(json_schema_extra={"enum": list(GRANTS)})]
    client_id: str | None = None
    client_secret: str | None = None
    username: str | None = None
    password: str | None = None
    code: str | None = None
    redirect_uri: str | None = None
    scope: str | None = None


class TokenAnswer(Wire):
    """A bearer token."""

    access_token: str
    token_type: str
    expires_in: int


class LoginQuery(QueryModel):
    """Who asks a person to log in, and where the code goes. Source: RFC 6749 section 4.1.1."""

    response_type: Annotated[Literal["code"], Field(alias="response_type")]
    client_id: Annotated[str, Field(alias="client_id", min_length=1, max_length=255)]
    redirect_uri: Annotated[str, Field(alias="redirect_uri", min_length=1, max_length=2000)]
    state: str | None = None


class Login(Wire):
    """What a person enters on the login page."""

    username: str = ""
    password: str = ""


class LoginPage(Wire):
    """The page is HTML."""


class UserInfo(CamelWire):
    """Who has the access token. Source: reference/cssm-clients.md (``email`` is read); OpenID Connect Core 5.3.2."""

    sub: str
    email: str
    name: str


def _token(call: Call) -> TokenAnswer:
    asked: TokenRequest = call.body
    client_id, client_secret = _client(call, asked)
    if asked.grant_type == "client_credentials":
        principal = _signed_in(call, client_id, client_secret, PrincipalKind.CLIENT, "invalid_client")
    elif asked.grant_type == "password":
        _check_client(call, client_id, client_secret)
        principal = _signed_in(call, asked.username, asked.password, PrincipalKind.USER, "invalid_grant")
    elif asked.grant_type == "authorization_code":
        _check_client(call, client_id, client_secret)
        if not asked.code:
            raise OAuthRefusal("invalid_request", "there is no code")
        try:
            principal = principal_of_login_code(
                call.work, Secret(asked.code), client_id or "", asked.redirect_uri or ""
            )
        except NotSignedIn as refusal:
            raise OAuthRefusal("invalid_grant", str(refusal)) from None
    else:
        raise OAuthRefusal("unsupported_grant_type", f"{asked.grant_type!r} - expected one of {', '.join(GRANTS)}")
    token = issue_access_token(call.work, principal)
    return TokenAnswer(access_token=token.reveal(), token_type="Bearer", expires_in=ACCESS_TOKEN_SECONDS)  # noqa: S106


def _client(call: Call, asked: TokenRequest) -> tuple[str | None, str | None]:
    """The client's credentials: by HTTP Basic, else those in the form. Source: RFC 6749 section 2.3.1."""
    scheme, _, packed = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return asked.client_id, asked.client_secret
    try:
        name, colon, secret = base64.b64decode(packed, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if not colon:
        raise OAuthRefusal("invalid_client", "the header Authorization: Basic is not base64 of NAME:SECRET")
    if "\0" in name + secret:
        raise OAuthRefusal("invalid_client", "the client is not known")
    # percent-encoded by the letter of the RFC; many clients send them as they are, and sign in so too
    if find_principal(call.work, name) is None:
        return unquote_plus(name), unquote_plus(secret)
    return name, secret


def _check_client(call: Call, client_id: str | None, client_secret: str | None) -> None:
    """A client of the lab that shows a secret shows its own; others are not known here, and only the user counts."""
    if client_id is None:
        raise OAuthRefusal("invalid_client", "there is no client_id")
    known = find_principal(call.work, client_id)
    if known is not None and known.kind is PrincipalKind.CLIENT:
        _signed_in(call, client_id, client_secret, PrincipalKind.CLIENT, "invalid_client")


def _signed_in(call: Call, name: str | None, secret: str | None, kind: PrincipalKind, code: str) -> Principal:
    if not name or not secret:
        raise OAuthRefusal("invalid_request" if code == "invalid_grant" else code, "a name and a secret are needed")
    try:
        principal = sign_in(call.work, name, Secret(secret))
    except NotSignedIn as refusal:
        raise OAuthRefusal(code, str(refusal)) from None
    if principal.kind is not kind and not (kind is PrincipalKind.CLIENT and principal.is_operator):
        raise OAuthRefusal(code, "the credentials are not valid")
    return principal


def _login_page(call: Call) -> HttpResponse:
    return _page(call.query, "")


def _login(call: Call) -> HttpResponse:
    asked: LoginQuery = call.query
    entered: Login = call.body
    try:
        target = urlsplit(asked.redirect_uri)
    except ValueError:
        raise BadRequest("query: redirect_uri: not a URI") from None
    if not entered.username or not entered.password:
        return _page(asked, "a user and a password are needed")
    try:
        principal = sign_in(call.work, entered.username, Secret(entered.password))
    except NotSignedIn as refusal:
        return _page(asked, str(refusal))
    if principal.kind is not PrincipalKind.USER:
        return _page(asked, "the credentials are not valid")
    code = issue_login_code(call.work, principal, asked.client_id, asked.redirect_uri)
    query = {"code": code.reveal(), **({} if asked.state is None else {"state": asked.state})}
    joined = "&".join(part for part in (target.query, urlencode(query)) if part)
    return HttpResponse(
        302, b"", "text/html", {"Location": quote(target._replace(query=joined).geturl(), safe=_IN_URIS)}
    )


def _page(asked: LoginQuery, problem: str) -> HttpResponse:
    """The login page; it comes back to itself with what the client asked."""
    query = asked.model_dump(by_alias=True, exclude_none=True)
    text = _PAGE.format(query=html.escape(urlencode(query)), problem=html.escape(problem))
    return HttpResponse(200, text.encode(), "text/html; charset=utf-8", {"Cache-Control": "no-store"})


def _user_info(call: Call) -> UserInfo:
    name = call.work.actor.name
    known = find_principal(call.work, name)
    email = None if known is None else known.email
    return UserInfo(sub=name, email=email or name, name=name)


def _token_route(path: str, summary: str) -> Route:
    return Route(
        "POST",
        path,
        summary,
        _token,
        TokenAnswer,
        body=TokenRequest,
        form=True,
        signed_in=False,
        oauth=True,
        statuses=(401,),
    )


CLOUD_ROUTES: Final[tuple[Route, ...]] = (
    *(_token_route(path, "Get an access token") for path in ("/as/token.oauth2", "/oauth2/default/v1/token")),
    Route(
        "GET",
        "/as/authorization.oauth2",
        "Show the login page",
        _login_page,
        LoginPage,
        query=LoginQuery,
        signed_in=False,
        page=True,
    ),
    Route(
        "POST",
        "/as/authorization.oauth2",
        "Log in and go back to the client with a code",
        _login,
        LoginPage,
        query=LoginQuery,
        body=Login,
        form=True,
        signed_in=False,
        page=True,
        redirects=True,
    ),
    *(
        Route(method, "/idp/userinfo.openid", "Tell whose access token this is", _user_info, UserInfo)
        for method in ("GET", "POST")
    ),
)

ON_PREM_ROUTES: Final[tuple[Route, ...]] = (_token_route("/oauth/token", "Get an access token of SSM On-Prem"),)
