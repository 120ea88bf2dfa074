"""Signed requests: an access token from the login host, with which another host is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nornir_smartlic.cssm.answers import optional_number, text
from nornir_smartlic.cssm.transfer import Transfer
from nornir_smartlic.errors import CssmError
from nornir_smartlic.model import Secret

_RENEW_BEFORE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An application of type Service, as registered with Cisco's API console."""

    client_id: str
    client_secret: Secret


class Access:
    """Two hosts, and no other ever gets a credential: the one that gives access tokens, and the one that takes them.

    With *login_by_json* the token endpoint is asked with a JSON object in place of a form. Source: reference/reports.md
    section 8, of SSM On-Prem.
    """

    def __init__(
        self,
        transfer: Transfer,
        credentials: ClientCredentials,
        *,
        login: Transfer | None,
        token_path: str,
        clock: Callable[[], float],
        login_by_json: bool = False,
    ) -> None:
        self._transfer = transfer
        self._login = login or transfer
        self._credentials = credentials
        self._token_path = token_path
        self._clock = clock
        self._login_by_json = login_by_json
        self._bearer: tuple[Secret, float] | None = None
        for each in (self._transfer, self._login):
            each.require_private()

    def close(self) -> None:
        """Close both."""
        self._transfer.close()
        if self._login is not self._transfer:
            self._login.close()

    def ask(
        self,
        method: str,
        path: str,
        what: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> dict[str, Any]:
        """The answer to a signed request; an access token that has ended is fetched anew, once.

        Raises:
            CssmError: an error, or no answer.
        """
        for attempt in (1, 2):
            signed = {"Authorization": self._authorization(), **(headers or {})}
            answer = self._transfer.ask(method, path, json=body, headers=signed, query=query, repeatable=repeatable)
            if answer.status != 401 or attempt == 2:
                return answer.checked(what)
            self._bearer = None
        raise AssertionError("unreachable")

    def _authorization(self) -> str:
        if self._bearer is None or self._clock() > self._bearer[1]:
            asked = {
                "grant_type": "client_credentials",
                "client_id": self._credentials.client_id,
                "client_secret": self._credentials.client_secret.reveal(),
            }
            if self._login_by_json:
                answer = self._login.ask("POST", self._token_path, json=asked)
            else:
                answer = self._login.ask("POST", self._token_path, form=asked)
            data = answer.checked("access token")
            token = text(data, "access_token")
            if not token:
                raise CssmError("access token: the answer has none")
            lifetime = float(optional_number(data, "expires_in") or 0)
            self._bearer = (Secret(token), self._clock() + max(lifetime - _RENEW_BEFORE_SECONDS, 0.0))
        return f"Bearer {self._bearer[0].reveal()}"
