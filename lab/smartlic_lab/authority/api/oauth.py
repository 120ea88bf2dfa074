"""Access tokens. Source: reference/reports.md section 7.1; the path of the newer host is recalled, and so is 8's."""

from __future__ import annotations

from typing import Literal

from nornir_smartlic.model import Secret
from smartlic_lab.authority.api.routes import Call, Route, Wire
from smartlic_lab.authority.errors import NotSignedIn
from smartlic_lab.authority.models import PrincipalKind
from smartlic_lab.authority.principals import ACCESS_TOKEN_SECONDS, issue_access_token, sign_in


class TokenRequest(Wire):
    """A Service application sends client credentials, a Native one the user's too."""

    grant_type: Literal["client_credentials", "password"]
    client_id: str | None = None
    client_secret: str | None = None
    username: str | None = None
    password: str | None = None
    scope: str | None = None


class TokenAnswer(Wire):
    """A bearer token."""

    access_token: str
    token_type: str
    expires_in: int


def _token(call: Call) -> TokenAnswer:
    asked: TokenRequest = call.body
    if asked.grant_type == "password":
        name, secret, kind = asked.username, asked.password, PrincipalKind.USER
    else:
        name, secret, kind = asked.client_id, asked.client_secret, PrincipalKind.CLIENT
    if not name or not secret:
        raise NotSignedIn(f"grant type {asked.grant_type} needs a name and a secret")
    principal = sign_in(call.work, name, Secret(secret))
    if principal.kind is not kind:
        raise NotSignedIn("the credentials are not valid")
    token = issue_access_token(call.work, principal)
    return TokenAnswer(access_token=token.reveal(), token_type="Bearer", expires_in=ACCESS_TOKEN_SECONDS)  # noqa: S106


CLOUD_ROUTES: tuple[Route, ...] = tuple(
    Route(
        "POST",
        path,
        "Get an access token",
        _token,
        TokenAnswer,
        body=TokenRequest,
        form=True,
        signed_in=False,
        statuses=(401,),
    )
    for path in ("/as/token.oauth2", "/oauth2/default/v1/token")
)

ON_PREM_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/oauth/token",
        "Get an access token of SSM On-Prem",
        _token,
        TokenAnswer,
        body=TokenRequest,
        form=True,
        signed_in=False,
        statuses=(401,),
    ),
)
