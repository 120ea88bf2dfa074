"""Version 1: accounts, tokens, the event log. Source: reference/reports.md section 7.2, keys as clients read them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from smartlic_lab.authority import (
    accounts,
    tokens,
)
from smartlic_lab.authority.api.routes import BASE, MOST_RECORDS, Call, CamelWire, QueryModel, Route, page_of
from smartlic_lab.authority.models import RegistrationToken, VirtualAccount
from smartlic_lab.authority.work import Work

ACCOUNT: Final = f"{BASE}/v1/accounts/{{domain}}"
HOME: Final = f"{ACCOUNT}/virtual-accounts/{{virtual_account}}"

Name = Annotated[str, Field(min_length=1, max_length=255)]


class Done(CamelWire):
    """It is done."""

    status: str = "SUCCESS"
    status_message: str = ""


class VirtualAccountAnswer(CamelWire):
    """One virtual account; ``parent`` is ours: public clients know one level."""

    name: str
    description: str
    parent: str | None
    is_default: str  # "Yes" or "No" (unverified)
    commerce_access_level: str


class VirtualAccountsAnswer(Done):
    """The virtual accounts that one may see."""

    virtual_accounts: list[VirtualAccountAnswer]


class NewVirtualAccount(CamelWire):
    """A virtual account to be made; ``parent``, a name, is ours: public clients make them on the first level."""

    name: Name
    description: Annotated[str, Field(max_length=255)] = ""
    is_default: Literal["false", "False", "no", "No", "NO", False] = "false"
    commerce_access_level: Literal["PUBLIC", "PRIVATE"] = "PUBLIC"
    parent: Name | None = None


class TokenAnswer(CamelWire):
    """A registration token."""

    token: str
    description: str
    expiration_date: str
    export_controlled: str
    export_control: str  # the same; Source: reference/cssm-clients.md
    created_by: str
    max_uses: int | None = None
    uses: int


class TokensAnswer(Done):
    """The tokens that are still good."""

    tokens: list[TokenAnswer]


class NewToken(CamelWire):
    """A token to be made; ``maxUses`` is ours (unverified name)."""

    description: Annotated[str, Field(max_length=255)] = ""
    expires_after_days: (
        Annotated[int, Field(ge=1, le=tokens.MAX_DAYS)] | Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}$")]
    ) = 30
    export_controlled: Literal["Allowed", "Not Allowed"] = "Not Allowed"
    max_uses: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class NewTokenAnswer(Done):
    """The token that was made."""

    token_info: TokenAnswer


class TokensToRevoke(CamelWire):
    """Texts of tokens."""

    tokens: Annotated[list[str], Field(min_length=1)]


class AccountFound(CamelWire):
    """A smart account; ``type`` and ``status`` are those of public client Cisco.Api."""

    domain: str
    name: str
    id: int
    type: str = "CUSTOMER"
    status: str = "ACTIVE"
    account_type: str
    account_id: int


class AccountsFound(Done):
    """The accounts that one may see."""

    total_records: int
    accounts: list[AccountFound]


class AccountSearch(QueryModel):
    """Which accounts: all, or those with this text in the domain or the name. Source: a public Go client."""

    domain: str | None = None
    name: str | None = None
    type: str | None = None
    limit: Annotated[int, Field(ge=-1, le=1_000_000)] = 50
    offset: Annotated[int, Field(ge=0, lt=2**31)] = 0


class PageQuery(QueryModel):
    """The same in a query: names of virtual accounts, separated by commas."""

    virtual_accounts: str | None = None
    limit: Annotated[int, Field(ge=-1, le=1_000_000)] = 50
    offset: Annotated[int, Field(ge=0, lt=2**31)] = 0


class EventAnswer(CamelWire):
    """A line of the event log (the operation is ours)."""

    date: str
    user: str
    event_type: str
    message: str


class EventsAnswer(Done):
    """One page, the newest first."""

    total_records: int
    events: list[EventAnswer]


def virtual_account_of(call: Call) -> VirtualAccount:
    """The virtual account that the path names."""
    account = call.work.smart_account(call.path["domain"])
    return call.work.virtual_account(account, call.path["virtual_account"])


def _accounts_found(call: Call) -> AccountsFound:
    asked: AccountSearch = call.query
    found = [
        one
        for one in accounts.visible_smart_accounts(call.work)
        if (asked.domain or "").casefold() in one.domain.casefold()
        and (asked.name or "").casefold() in one.name.casefold()
        and asked.type in (None, "", "CUSTOMER")
    ]
    return AccountsFound(
        total_records=len(found),
        accounts=[
            AccountFound(domain=one.domain, name=one.name, id=one.id, account_type=one.kind.value, account_id=one.id)
            for one in page_of(found, asked.limit, asked.offset)
        ],
    )


def _events(call: Call) -> EventsAnswer:
    asked: PageQuery = call.query
    account = call.work.smart_account(call.path["domain"])
    names = asked.virtual_accounts.split(",") if asked.virtual_accounts else []
    homes = [call.work.virtual_account(account, name.strip()) for name in names]
    limit = MOST_RECORDS if asked.limit < 0 else min(asked.limit, MOST_RECORDS)
    total, page = accounts.visible_events(call.work, account, homes, limit=limit, offset=asked.offset)
    return EventsAnswer(
        total_records=total,
        events=[
            EventAnswer(date=one.at.isoformat(), user=one.actor, event_type=one.kind, message=one.message)
            for one in page
        ],
    )


def _virtual_accounts(call: Call) -> VirtualAccountsAnswer:
    account = call.work.smart_account(call.path["domain"])
    return VirtualAccountsAnswer(
        virtual_accounts=[
            shown_virtual_account(call.work, one) for one in accounts.visible_virtual_accounts(call.work, account)
        ]
    )


def _new_virtual_account(call: Call) -> Done:
    asked: NewVirtualAccount = call.body
    account = call.work.smart_account(call.path["domain"])
    parent = None if asked.parent is None else call.work.virtual_account(account, asked.parent)
    made = accounts.add_virtual_account(call.work, account, asked.name, parent=parent, description=asked.description)
    made.commerce_access_level = asked.commerce_access_level
    return Done(status_message=f"Virtual Account '{made.name}' created successfully")


def _delete_virtual_account(call: Call) -> Done:
    gone = virtual_account_of(call)
    accounts.delete_virtual_account(call.work, gone)
    return Done(status_message=f"Virtual Account '{gone.name}' deleted successfully")


def _tokens(call: Call) -> TokensAnswer:
    listed = tokens.list_tokens(call.work, virtual_account_of(call))
    return TokensAnswer(tokens=[_shown_token(call, token) for token in listed])


def _new_token(call: Call) -> NewTokenAnswer:
    asked: NewToken = call.body
    token = tokens.create_token(
        call.work,
        virtual_account_of(call),
        expires_after_days=int(asked.expires_after_days),
        max_uses=asked.max_uses,
        export_controlled=asked.export_controlled == "Allowed",
        description=asked.description,
    )
    return NewTokenAnswer(token_info=_shown_token(call, token))


def _revoke_tokens(call: Call) -> Done:
    asked: TokensToRevoke = call.body
    home = virtual_account_of(call)
    for text in asked.tokens:
        tokens.revoke_token(call.work, home, text)
    return Done(status_message=f"{len(asked.tokens)} token(s) revoked")


def shown_virtual_account(work: Work, virtual_account: VirtualAccount) -> VirtualAccountAnswer:
    """A virtual account as v1 shows it."""
    above = accounts.ancestors_of(work, virtual_account)
    return VirtualAccountAnswer(
        name=virtual_account.name,
        description=virtual_account.description,
        parent=above[0].name if above else None,
        is_default="Yes" if virtual_account.is_default else "No",
        commerce_access_level=virtual_account.commerce_access_level,
    )


def _shown_token(call: Call, token: RegistrationToken) -> TokenAnswer:
    allowed = "Allowed" if token.export_controlled else "Not Allowed"
    return TokenAnswer(
        token=token.text,
        description=token.description,
        expiration_date=token.expires.isoformat(),
        export_controlled=allowed,
        export_control=allowed,
        created_by=token.creator,
        max_uses=token.max_uses,
        uses=tokens.uses_of(call.work, token),
    )


_LISTS: Final = (
    f"{ACCOUNT}/virtual-accounts",
    f"{ACCOUNT}/CUSTOMER/virtual-accounts",
    f"{ACCOUNT}/customer/virtual-accounts",
)
"""Source: reference/cssm-clients.md."""

ROUTES: Final[tuple[Route, ...]] = (
    *(Route("GET", path, "List virtual accounts", _virtual_accounts, VirtualAccountsAnswer) for path in _LISTS),
    *(
        Route(
            "POST",
            path,
            "Create a virtual account",
            _new_virtual_account,
            Done,
            body=NewVirtualAccount,
            statuses=(409,),
        )
        for path in _LISTS
    ),
    Route("POST", f"{HOME}/delete", "Delete a virtual account", _delete_virtual_account, Done, statuses=(409,)),
    Route("GET", f"{HOME}/tokens", "List valid tokens", _tokens, TokensAnswer),
    Route(
        "POST",
        f"{HOME}/tokens",
        "Create a token",
        _new_token,
        NewTokenAnswer,
        body=NewToken,
        statuses=(409,),
    ),
    Route("POST", f"{HOME}/tokens/revoke", "Revoke tokens", _revoke_tokens, Done, body=TokensToRevoke),
    Route("GET", f"{BASE}/v1/accounts/search", "Find accounts", _accounts_found, AccountsFound, query=AccountSearch),
    Route("GET", f"{ACCOUNT}/events", "Read the event log (ours)", _events, EventsAnswer, query=PageQuery),
)
