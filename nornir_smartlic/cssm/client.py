"""A client of CSSM's public APIs, both generations. Source: reference/reports.md section 7."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Self
from urllib.parse import quote

from nornir_smartlic.cssm.access import Access, ClientCredentials
from nornir_smartlic.cssm.answers import instant, number, object_in, objects, optional_number, text
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
MOST_RECORDS: Final = 1_000_000
"""Of one list: whoever sends more pages has no end."""


class CssmClient:
    """Speaks for one API client; ``login`` is the transfer to the host that gives access tokens, often another one.

    ``token_path`` is its token endpoint: ``/oauth2/default/v1/token`` on Cisco's newer identity host. Source:
    reference/cssm-clients.md. ``base`` stands before the paths of all operations.

    ``clock`` gives seconds that only grow, to know when an access token ends.
    """

    def __init__(
        self,
        transfer: Transfer,
        credentials: ClientCredentials,
        *,
        login: Transfer | None = None,
        token_path: str = TOKEN_PATH,
        base: str = BASE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = base
        self._access = Access(transfer, credentials, login=login, token_path=token_path, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._access.close()

    def _ask(
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
        """The answer of an operation of this generation."""
        return self._access.ask(
            method, self._base + path, what, body=body, headers=headers, query=query, repeatable=repeatable
        )

    # --- version 2: accounts, reports, authorizations -----------------------------------------------------------------

    def accounts(self) -> tuple[SmartAccount, ...]:
        """The smart accounts that one may see, with the numbers of their virtual accounts."""
        data = self._ask("GET", "/v2/accounts/search", "accounts")
        return tuple(
            SmartAccount(
                domain=text(raw, "domain"),
                name=text(raw, "name"),
                number=number(raw, "account_id"),
                virtual_accounts=tuple(
                    VirtualAccountNumber(text(va, "name"), number(va, "virtual_account_id"), bool(va.get("default")))
                    for va in objects(raw, "virtual_accounts")
                ),
            )
            for raw in objects(data, "accounts")
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
                headers=numbers(account, virtual_account),
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
        data = self._ask("POST", "/v2/accounts/poll", "poll", body=body, headers=numbers(account, virtual_account))
        if data.get("status") == "OK_POLL":
            return _ticket(data, ticket.nonce, ticket.timestamp_ms, action=ticket.action)
        return _results(object_in(data, "data"))

    # --- version 1: inventory and tokens ------------------------------------------------------------------------------

    def virtual_accounts(self, domain: str) -> tuple[str, ...]:
        """Names of the virtual accounts of a smart account."""
        data = self._ask("GET", f"{_account(domain)}/virtual-accounts", "virtual accounts")
        return tuple(text(raw, "name") for raw in objects(data, "virtualAccounts"))

    def tokens(self, domain: str, virtual_account: str) -> tuple[RegistrationToken, ...]:
        """The tokens of a virtual account that are still good."""
        data = self._ask("GET", f"{_virtual(domain, virtual_account)}/tokens", "tokens")
        return tuple(_token(raw) for raw in objects(data, "tokens"))

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
                name=text(raw, "license"),
                virtual_account=text(raw, "virtualAccount"),
                status=text(raw, "status"),
                quantity=optional_number(raw, "quantity"),
                in_use=optional_number(raw, "inUse"),
                available=optional_number(raw, "available"),
                purchases=tuple(
                    Purchased(
                        quantity=optional_number(line, "quantity") or 0,
                        ends=instant(line.get("endDate")),
                        subscription_id=text(line, "subscriptionId") or None,
                    )
                    for line in objects(raw, "licenseDetails")
                ),
            )

    def product_instances(self, domain: str, virtual_accounts: Sequence[str] = ()) -> Iterator[ProductInstance]:
        """The devices of *virtual_accounts*, page by page; of all where none is named."""
        for raw in self._pages(f"{_account(domain)}/devices", "devices", virtual_accounts):
            yield device_of(raw)

    def agreements(self, domain: str) -> tuple[str, ...]:  # noqa: ARG002  what the newer generation answers
        """The subscriptions that are enterprise agreements; this generation does not tell."""
        return ()

    def alerts(self, domain: str) -> tuple[dict[str, Any], ...]:
        """The alerts of a smart account, as CSSM lists them. The path is unverified (reference/reports.md 7.2)."""
        return tuple(objects(self._ask("GET", f"{_account(domain)}/alerts", "alerts"), "alerts"))

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
            page = list(objects(data, key))
            yield from page
            offset += len(page)
            if offset > MOST_RECORDS:
                raise CssmError(f"{key}: no end after {offset} records")
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


def numbers(account: SmartAccount, virtual_account: VirtualAccountNumber) -> dict[str, str]:
    """The headers of version 2. Source: reference/reports.md section 7.3."""
    return {
        "X-CSW-SMART-ACCOUNT-ID": str(account.number),
        "X-CSW-VIRTUAL-ACCOUNT-ID": str(virtual_account.number),
        "X-CSW-REQUESTING-SYSTEM": json.dumps({"udi_pid": "smartlic", "udi_serial_number": account.domain}),
    }


def device_of(raw: Mapping[str, Any]) -> ProductInstance:
    """A device as both generations list it. Raises `CssmError` where it has no UDI."""
    sudi = object_in(raw, "sudi")
    try:
        udi = Udi(text(sudi, "udiPid"), text(sudi, "udiSerialNumber"))
    except ValueError:
        raise CssmError("devices: one has no UDI") from None
    return ProductInstance(
        udi=udi,
        host_name=text(raw, "hostName") or None,
        virtual_account=text(raw, "virtualAccount"),
        product=text(raw, "productTagName") or None,
        registered=instant(raw.get("registrationDate")),
        last_contact=instant(raw.get("lastContactDate")),
        status=text(raw, "status") or None,
        licenses=tuple((text(line, "license"), number(line, "quantity")) for line in objects(raw, "licenseUsage")),
    )


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
        poll_id=number(data, "poll_id"),
        interval_seconds=min(max(optional_number(data, "poll_interval") or 300, 1), 3600),
        action=text(data, "action") or action or "acknowledgements",
        nonce=nonce,
        timestamp_ms=timestamp_ms,
    )


def _results(data: Mapping[str, Any]) -> Results:
    documents: list[Document] = []
    refusals: list[Refusal] = []
    for raw in (*objects(data, "acknowledgements"), *objects(data, "authorizations")):
        sudi = object_in(raw, "sudi")
        udi = Udi(text(sudi, "udi_pid"), text(sudi, "udi_serial_number"))
        packed = raw.get("smart_license")
        if raw.get("status") == "FAILED" or not packed:
            refusals.append(Refusal(udi, text(raw, "status_message") or text(raw, "error_code") or "no reason"))
            continue
        try:
            documents.append(Document(udi, base64.b64decode(str(packed), validate=True).decode()))
        except (binascii.Error, UnicodeDecodeError):
            raise CssmError(f"poll: the document for {udi} is not base64 of a text") from None
    return Results(tuple(documents), tuple(refusals))


def _token(raw: Mapping[str, Any]) -> RegistrationToken:
    token = text(raw, "token")
    if not token:
        raise CssmError("token: the answer has none")
    return RegistrationToken(
        token=Secret(token),
        description=text(raw, "description"),
        expires=instant(raw.get("expirationDate")),
        export_controlled=text(raw, "exportControlled") == "Allowed",
        created_by=text(raw, "createdBy") or None,
        max_uses=optional_number(raw, "maxUses"),
        uses=optional_number(raw, "uses"),
    )
