"""A client of CSSM's public APIs, both generations. Source: reference/reports.md section 7."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from nornir_smartlic.cssm.transfer import Transfer
from nornir_smartlic.cssm.values import (
    Document,
    LicenseLine,
    PollTicket,
    ProductInstance,
    Purchased,
    Refusal,
    RegistrationToken,
    Results,
    SmartAccount,
    VirtualAccountNumber,
)
from nornir_smartlic.errors import CssmError, ReportRejected
from nornir_smartlic.files import UsageFile
from nornir_smartlic.model import Secret, Udi

BASE: Final = "/services/api/smart-accounts-and-licensing"
TOKEN_PATH: Final = "/as/token.oauth2"  # noqa: S105  a path
PAGE: Final = 100
_RENEW_BEFORE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An application of type Service, as registered with Cisco's API console."""

    client_id: str
    client_secret: Secret


class CssmClient:
    """Speaks for one API client; ``login`` is the transfer to the host that gives access tokens, often another one.

    ``token_path`` is its token endpoint: ``/oauth2/default/v1/token`` on Cisco's newer identity host. Source:
    reference/cssm-clients.md.

    ``clock`` gives seconds that only grow, to know when an access token ends.
    """

    def __init__(
        self,
        transfer: Transfer,
        credentials: ClientCredentials,
        *,
        login: Transfer | None = None,
        token_path: str = TOKEN_PATH,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transfer = transfer
        self._login = login or transfer
        self._token_path = token_path
        self._credentials = credentials
        self._clock = clock
        self._bearer: tuple[Secret, float] | None = None
        for each in (self._transfer, self._login):
            each.require_private()

    def __enter__(self) -> CssmClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self._transfer.close()
        if self._login is not self._transfer:
            self._login.close()

    # --- access ------------------------------------------------------------------------------------------------------

    def _authorization(self) -> str:
        if self._bearer is None or self._clock() > self._bearer[1]:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._credentials.client_id,
                "client_secret": self._credentials.client_secret.reveal(),
            }
            data = self._login.ask("POST", self._token_path, form=form).checked("access token")
            text = _text(data, "access_token")
            if not text:
                raise CssmError("access token: the answer has none")
            lifetime = float(_optional_number(data, "expires_in") or 0)
            self._bearer = (Secret(text), self._clock() + max(lifetime - _RENEW_BEFORE_SECONDS, 0.0))
        return f"Bearer {self._bearer[0].reveal()}"

    def _ask(
        self,
        method: str,
        path: str,
        what: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> dict[str, Any]:
        """The answer to a signed request; an access token that has ended is fetched anew, once."""
        for attempt in (1, 2):
            signed = {"Authorization": self._authorization(), **(headers or {})}
            answer = self._transfer.ask(method, BASE + path, json=body, headers=signed, repeatable=repeatable)
            if answer.status != 401 or attempt == 2:
                return answer.checked(what)
            self._bearer = None
        raise AssertionError("unreachable")

    # --- version 2: accounts, reports, authorizations -----------------------------------------------------------------

    def accounts(self) -> tuple[SmartAccount, ...]:
        """The smart accounts that one may see, with the numbers of their virtual accounts."""
        data = self._ask("GET", "/v2/accounts/search", "accounts")
        return tuple(
            SmartAccount(
                domain=_text(raw, "domain"),
                name=_text(raw, "name"),
                number=_number(raw, "account_id"),
                virtual_accounts=tuple(
                    VirtualAccountNumber(_text(va, "name"), _number(va, "virtual_account_id"), bool(va.get("default")))
                    for va in _objects(raw, "virtual_accounts")
                ),
            )
            for raw in _objects(data, "accounts")
        )

    def report_usage(
        self,
        files: Sequence[UsageFile],
        account: SmartAccount,
        virtual_account: VirtualAccountNumber,
        *,
        nonce: str,
        timestamp_ms: int,
    ) -> PollTicket:
        """Hand in the reports of *files*. The same *nonce* and time make a repetition known as one.

        Raises:
            ReportRejected: CSSM took none of them; a duplicate is one such reason.
        """
        body = {
            "data": {
                "timestamp": timestamp_ms,
                "nonce": nonce,
                "reports": [_usage(file) for file in files],
            }
        }
        try:
            data = self._ask(
                "POST",
                "/v2/devices/reportusage",
                "usage reports",
                body=body,
                headers=_numbers(account, virtual_account),
            )
        except CssmError as error:
            if error.status == 200:  # FAILED: it was understood, and refused
                raise ReportRejected(str(error).removeprefix("usage reports: ")) from None
            raise
        return _ticket(data, nonce, timestamp_ms)

    def poll(
        self, ticket: PollTicket, account: SmartAccount, virtual_account: VirtualAccountNumber
    ) -> Results | PollTicket:
        """What came of a request, or the ticket to ask with again."""
        body = {
            "data": {
                "timestamp": ticket.timestamp_ms,
                "nonce": ticket.nonce,
                "poll_id": ticket.poll_id,
                "action": ticket.action,
            }
        }
        data = self._ask("POST", "/v2/accounts/poll", "poll", body=body, headers=_numbers(account, virtual_account))
        if data.get("status") == "OK_POLL":
            return _ticket(data, ticket.nonce, ticket.timestamp_ms, action=ticket.action)
        return _results(_object(data, "data"))

    # --- version 1: inventory and tokens ------------------------------------------------------------------------------

    def virtual_accounts(self, domain: str) -> tuple[str, ...]:
        """Names of the virtual accounts of a smart account."""
        data = self._ask("GET", f"{_account(domain)}/virtual-accounts", "virtual accounts")
        return tuple(_text(raw, "name") for raw in _objects(data, "virtualAccounts"))

    def tokens(self, domain: str, virtual_account: str) -> tuple[RegistrationToken, ...]:
        """The tokens of a virtual account that are still good."""
        data = self._ask("GET", f"{_virtual(domain, virtual_account)}/tokens", "tokens")
        return tuple(_token(raw) for raw in _objects(data, "tokens"))

    def create_token(
        self,
        domain: str,
        virtual_account: str,
        *,
        expires_after_days: int = 30,
        description: str = "",
        export_controlled: bool = False,
        max_uses: int | None = None,
    ) -> RegistrationToken:
        """Create a token."""
        body: dict[str, Any] = {
            "description": description,
            "expiresAfterDays": expires_after_days,
            "exportControlled": "Allowed" if export_controlled else "Not Allowed",
        }
        if max_uses is not None:
            body["maxUses"] = max_uses  # unverified name
        data = self._ask("POST", f"{_virtual(domain, virtual_account)}/tokens", "token", body=body, repeatable=False)
        return _token(data.get("tokenInfo") or {})

    def revoke_tokens(self, domain: str, virtual_account: str, tokens: Iterable[Secret]) -> None:
        """Take tokens back; devices that have trusted with them keep their trust."""
        body = {"tokens": [token.reveal() for token in tokens]}
        self._ask("POST", f"{_virtual(domain, virtual_account)}/tokens/revoke", "revoking tokens", body=body)

    def licenses(self, domain: str, virtual_accounts: Sequence[str] = ()) -> Iterator[LicenseLine]:
        """The licences of *virtual_accounts*, page by page; of all where none is named.

        Unverified: the purchases, ``licenseDetails``; version 3 is seen to have them as ``license_details``.
        """
        for raw in self._pages(f"{_account(domain)}/licenses", "licenses", virtual_accounts):
            yield LicenseLine(
                name=_text(raw, "license"),
                virtual_account=_text(raw, "virtualAccount"),
                status=_text(raw, "status"),
                quantity=_optional_number(raw, "quantity"),
                in_use=_optional_number(raw, "inUse"),
                available=_optional_number(raw, "available"),
                purchases=tuple(
                    Purchased(
                        quantity=_optional_number(line, "quantity") or 0,
                        ends=_instant(line.get("endDate")),
                        subscription_id=_text(line, "subscriptionId") or None,
                    )
                    for line in _objects(raw, "licenseDetails")
                ),
            )

    def product_instances(self, domain: str, virtual_accounts: Sequence[str] = ()) -> Iterator[ProductInstance]:
        """The devices of *virtual_accounts*, page by page; of all where none is named."""
        for raw in self._pages(f"{_account(domain)}/devices", "devices", virtual_accounts):
            sudi = _object(raw, "sudi")
            yield ProductInstance(
                udi=Udi(_text(sudi, "udiPid"), _text(sudi, "udiSerialNumber")),
                host_name=_text(raw, "hostName") or None,
                virtual_account=_text(raw, "virtualAccount"),
                product=_text(raw, "productTagName") or None,
                registered=_instant(raw.get("registrationDate")),
                last_contact=_instant(raw.get("lastContactDate")),
                status=_text(raw, "status") or None,
                licenses=tuple(
                    (_text(line, "license"), _number(line, "quantity")) for line in _objects(raw, "licenseUsage")
                ),
            )

    def alerts(self, domain: str) -> tuple[dict[str, Any], ...]:
        """The alerts of a smart account, as CSSM lists them. The path is unverified (reference/reports.md 7.2)."""
        return tuple(_objects(self._ask("GET", f"{_account(domain)}/alerts", "alerts"), "alerts"))

    def transfer_licenses(self, domain: str, source: str, target: str, license: str, quantity: int) -> None:
        """Move licences from one virtual account to another."""
        line = {
            "license": license,
            "licenseType": "PERPETUAL",
            "quantity": quantity,
            "targetVirtualAccount": target,
            "precedence": "LONGEST_TERM_FIRST",
        }
        path = f"{_virtual(domain, source)}/licenses/transfer"
        self._ask("POST", path, "transfer", body={"licenses": [line]}, repeatable=False)

    def transfer_product_instances(
        self, domain: str, source: str, target: str, instances: Iterable[ProductInstance]
    ) -> None:
        """Move devices from one virtual account to another."""
        body = {
            "productInstances": [
                {
                    "sudi": {"udiPid": instance.udi.pid, "udiSerialNumber": instance.udi.sn},
                    "productTagName": instance.product or "",
                    "targetVirtualAccount": target,
                }
                for instance in instances
            ]
        }
        self._ask("POST", f"{_virtual(domain, source)}/devices/transfer", "transfer", body=body, repeatable=False)

    def _pages(self, path: str, key: str, virtual_accounts: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The objects under *key* of every page."""
        offset = 0
        while True:
            body: dict[str, Any] = {"limit": PAGE, "offset": offset}
            if virtual_accounts:
                body["virtualAccounts"] = list(virtual_accounts)
            data = self._ask("POST", path, key, body=body)
            page = list(_objects(data, key))
            yield from page
            offset += len(page)
            total = data.get("totalRecords")
            if not page or (isinstance(total, int) and offset >= total) or (total is None and len(page) < PAGE):
                return


def new_nonce() -> str:
    """A text that no request had before."""
    return str(secrets.randbelow(10**15))


def _account(domain: str) -> str:
    return f"/v1/accounts/{quote(domain, safe='')}"


def _virtual(domain: str, virtual_account: str) -> str:
    return f"{_account(domain)}/virtual-accounts/{quote(virtual_account, safe='')}"


def _numbers(account: SmartAccount, virtual_account: VirtualAccountNumber) -> dict[str, str]:
    """The headers of version 2. Source: reference/reports.md section 7.3."""
    return {
        "X-CSW-SMART-ACCOUNT-ID": str(account.number),
        "X-CSW-VIRTUAL-ACCOUNT-ID": str(virtual_account.number),
        "X-CSW-REQUESTING-SYSTEM": json.dumps({"udi_pid": "smartlic", "udi_serial_number": account.domain}),
    }


def _sudi(udi: Udi) -> dict[str, str]:
    return {"udi_pid": udi.pid, "udi_serial_number": udi.sn}


def _usage(file: UsageFile) -> dict[str, Any]:
    """The reports of one device; payloads go as they are, byte for byte."""
    return {
        "sudi": _sudi(file.udi),
        "usage": [
            {
                "payload": report.payload,
                **({"header": dict(report.header)} if report.header is not None else {}),
                "signature": dict(report.signature or {}),
            }
            for report in file.reports
        ],
    }


def _ticket(data: Mapping[str, Any], nonce: str, timestamp_ms: int, *, action: str | None = None) -> PollTicket:
    return PollTicket(
        poll_id=_number(data, "poll_id"),
        interval_seconds=min(max(_optional_number(data, "poll_interval") or 300, 1), 3600),
        action=_text(data, "action") or action or "acknowledgements",
        nonce=nonce,
        timestamp_ms=timestamp_ms,
    )


def _results(data: Mapping[str, Any]) -> Results:
    documents: list[Document] = []
    refusals: list[Refusal] = []
    for raw in (*_objects(data, "acknowledgements"), *_objects(data, "authorizations")):
        sudi = _object(raw, "sudi")
        udi = Udi(_text(sudi, "udi_pid"), _text(sudi, "udi_serial_number"))
        packed = raw.get("smart_license")
        if raw.get("status") == "FAILED" or not packed:
            refusals.append(Refusal(udi, _text(raw, "status_message") or _text(raw, "error_code") or "no reason"))
            continue
        try:
            documents.append(Document(udi, base64.b64decode(str(packed), validate=True).decode()))
        except (binascii.Error, UnicodeDecodeError):
            raise CssmError(f"poll: the document for {udi} is not base64 of a text") from None
    return Results(tuple(documents), tuple(refusals))


def _token(raw: Mapping[str, Any]) -> RegistrationToken:
    text = _text(raw, "token")
    if not text:
        raise CssmError("token: the answer has none")
    return RegistrationToken(
        token=Secret(text),
        description=_text(raw, "description"),
        expires=_instant(raw.get("expirationDate")),
        export_controlled=_text(raw, "exportControlled") == "Allowed",
        created_by=_text(raw, "createdBy") or None,
        max_uses=_optional_number(raw, "maxUses"),
        uses=_optional_number(raw, "uses"),
    )


def _objects(data: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
    listed = data.get(key)
    yield from (entry for entry in (listed if isinstance(listed, list) else ()) if isinstance(entry, dict))


def _object(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else "" if value is None else str(value)


def _number(data: Mapping[str, Any], key: str) -> int:
    number = _optional_number(data, key)
    if number is None:
        raise CssmError(f"the answer has no number {key}")
    return number


def _optional_number(data: Mapping[str, Any], key: str) -> int | None:
    value = data.get(key)
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _instant(text: Any) -> datetime | None:
    """A time of the API, of UTC where it names no zone (unverified); other spellings than ISO 8601 are left out."""
    try:
        at = datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
