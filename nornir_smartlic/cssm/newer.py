"""The newer generation of CSSM's API, "Software APIs". Source: reference/cssm-clients.md, reference/reports.md 7.4.

What is read is what public clients read. Fields of devices beside ``instanceName``, ``productTagName`` and ``sudi`` are
unverified, and so are those of agreements.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from nornir_smartlic.cssm.answers import instant, number, objects, optional_number, text
from nornir_smartlic.cssm.client import MOST_RECORDS, PAGE, CssmClient, device_of, new_nonce, numbers
from nornir_smartlic.cssm.values import LicenseLine, ProductInstance, Purchased, SmartAccount, VirtualAccountNumber
from nornir_smartlic.errors import CssmError, UsageError

SOFTWARE_APIS: Final = "/v1/software/apis"
NEWER_TOKEN_PATH: Final = "/oauth2/default/v1/token"  # noqa: S105  a path


class NewerCssmClient(CssmClient):
    """A client of the newer generation. What no public client asks of it raises `UsageError`."""

    def _ask(self, method: str, path: str, what: str, **options: Any) -> dict[str, Any]:  # noqa: ARG002
        """An operation of the older generation that has no known counterpart here."""
        raise UsageError(f"{what}: no such operation of the newer API is known: ask the older one (SMARTLIC_CSSM_URL)")

    def _ask_newer(
        self,
        method: str,
        path: str,
        what: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        return super()._ask(method, path, what, body=body, headers=headers, query=query)

    def accounts(self) -> tuple[SmartAccount, ...]:
        """The smart accounts that one may see, with the numbers of their virtual accounts."""
        return tuple(
            SmartAccount(
                domain=text(raw, "domainIdentifier"),
                name=text(raw, "companyName"),
                number=number(raw, "accountIdentifier"),
                virtual_accounts=self._virtual_accounts(text(raw, "domainIdentifier")),
            )
            for raw in self._rows("/pnp/v2/accounts", "accounts")
        )

    def virtual_accounts(self, domain: str) -> tuple[str, ...]:
        """Names of the virtual accounts of a smart account."""
        return tuple(each.name for each in self._virtual_accounts(domain))

    def _virtual_accounts(self, domain: str) -> tuple[VirtualAccountNumber, ...]:
        path = f"/pnp/v2/accounts/{quote(domain, safe='')}/virtual-accounts"
        return tuple(
            VirtualAccountNumber(
                text(raw, "virtualAccountName"),
                number(raw, "virtualAccountId"),
                str(raw.get("default")).lower() in ("true", "yes"),  # a truth value or a text
            )
            for raw in self._rows(path, "virtual accounts")
        )

    def licenses(self, domain: str, virtual_accounts: Sequence[str] = ()) -> Iterator[LicenseLine]:
        """The licences of *virtual_accounts*, one account after the other; of all where none is named."""
        account = next((each for each in self.accounts() if each.domain.lower() == domain.lower()), None)
        if account is None:
            raise CssmError(f"licenses: there is no account {domain}")
        for home in _chosen(account.virtual_accounts, virtual_accounts):
            nonce = new_nonce()
            body = {"data": {"timestamp": int(time.time() * 1000), "nonce": nonce}}
            data = self._ask_newer(
                "POST", "/licensing/v2/get-summary", "licenses", body=body, headers=numbers(account, home)
            )
            if text(data, "nonce") not in ("", nonce):
                raise CssmError("licenses: the answer is that to another request")
            for raw in objects(data, "summary"):
                yield _line(raw, home.name)

    def product_instances(self, domain: str, virtual_accounts: Sequence[str] = ()) -> Iterator[ProductInstance]:
        """The devices of *virtual_accounts*, page by page; of all where none is named."""
        path = f"/licensing/v2/accounts/{quote(domain, safe='')}/devices"
        for home in _chosen(self._virtual_accounts(domain), virtual_accounts):
            for raw in self._part_by_part(
                path, "devices", "devices", "offset", "limit", "totalRecords", virtualAccountName=home.name
            ):
                yield device_of({"hostName": raw.get("instanceName"), **raw, "virtualAccount": home.name})

    def agreements(self, domain: str) -> tuple[str, ...]:
        """The subscriptions that are enterprise agreements."""
        path = f"/ea/v1/subscription/account/{quote(domain, safe='')}/consumption"
        data = self._ask_newer("GET", path, "agreements")
        found = (text(raw, "subscriptionId") for raw in objects(data, "subscriptions"))
        return tuple(each for each in found if each)

    def _rows(self, path: str, what: str) -> Iterator[dict[str, Any]]:
        return self._part_by_part(path, what, "data", "startIdx", "rowsPerPage", "totalRows")

    def _part_by_part(
        self, path: str, what: str, key: str, start: str, count: str, total: str, **query: str
    ) -> Iterator[dict[str, Any]]:
        """The objects under *key* of every page; the other names are those of the query and of the answer."""
        done = 0
        while True:
            data = self._ask_newer("GET", path, what, query={**query, start: str(done), count: str(PAGE)})
            page = list(objects(data, key))
            yield from page
            done += len(page)
            if done > MOST_RECORDS:
                raise CssmError(f"{what}: no end after {done} records")
            known = optional_number(data, total)
            if not page or (done >= known if known is not None else len(page) < PAGE):
                return


def _chosen(known: Sequence[VirtualAccountNumber], names: Sequence[str]) -> list[VirtualAccountNumber]:
    """The virtual accounts with one of *names*; all where there is none. Raises `CssmError`."""
    by_name = {each.name.lower(): each for each in known}
    missing = [name for name in names if name.lower() not in by_name]
    if missing:
        raise CssmError(f"there is no virtual account {', '.join(missing)}")
    return [by_name[name.lower()] for name in names] if names else list(known)


def _line(raw: Mapping[str, Any], virtual_account: str) -> LicenseLine:
    bought, in_use = optional_number(raw, "entitled"), optional_number(raw, "inuse")
    reserved = optional_number(raw, "reserved") or 0
    return LicenseLine(
        name=text(raw, "display_name"),
        virtual_account=virtual_account,
        status=text(raw, "compliance_status"),
        quantity=bought,
        in_use=in_use,
        available=None if bought is None or in_use is None else bought - in_use - reserved,
        purchases=tuple(
            Purchased(
                quantity=optional_number(each, "quantity") or 0,
                ends=instant(each.get("end_date")),
                subscription_id=text(each, "subscription_id") or None,
            )
            for each in objects(raw, "license_details")
        ),
    )


def client_class(base: str) -> Callable[..., CssmClient]:
    """The client for an API whose paths begin with *base*."""
    return NewerCssmClient if base.rstrip("/").endswith(SOFTWARE_APIS) else CssmClient
