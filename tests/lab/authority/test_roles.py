"""The five role tables of the FAQ: every right is tried by every role, of users and of API clients."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nornir_smartlic.model import Secret
from smartlic_lab.authority import Cssm, NotAllowed, Role, accounts, principals, tokens
from smartlic_lab.authority.work import Work
from tests.lab.authority.api_client import ApiClient
from tests.lab.authority.devices import JAN_1, days

APPROVER, ADMINISTRATOR, USER = Role.ACCOUNT_APPROVER, Role.ACCOUNT_ADMINISTRATOR, Role.ACCOUNT_USER
VA_ADMINISTRATOR, VA_USER = Role.VIRTUAL_ACCOUNT_ADMINISTRATOR, Role.VIRTUAL_ACCOUNT_USER
Deed = Callable[[Work, str], object]


def _home(work: Work, name: str):  # type: ignore[no-untyped-def]
    return work.virtual_account(work.smart_account("example.com"), name)


def edit_properties(work: Work, _home_name: str) -> None:
    accounts.edit_properties(work, work.smart_account("example.com"), name="New Name")


def view_all_users(work: Work, _home_name: str) -> None:
    principals.list_users(work, work.smart_account("example.com"))


def view_users(work: Work, home: str) -> None:
    principals.list_users(work, work.smart_account("example.com"), _home(work, home))


def accept_agreement(work: Work, _home_name: str) -> None:
    accounts.accept_agreement(work, work.smart_account("example.com"), "Smart Account Agreement")


def view_agreements(work: Work, _home_name: str) -> None:
    accounts.agreements(work, work.smart_account("example.com"))


def view_whole_event_log(work: Work, _home_name: str) -> None:
    accounts.event_log(work, work.smart_account("example.com"))


def view_event_log(work: Work, home: str) -> None:
    accounts.event_log(work, work.smart_account("example.com"), _home(work, home))


def add_account_user(work: Work, _home_name: str) -> None:
    principals.add_user(work, work.smart_account("example.com"), "new", USER)


def add_virtual_account_user(work: Work, home: str) -> None:
    principals.add_user(work, work.smart_account("example.com"), "new", VA_USER, virtual_account=_home(work, home))


def add_virtual_account(work: Work, _home_name: str) -> None:
    accounts.add_virtual_account(work, work.smart_account("example.com"), "New")


def rename_virtual_account(work: Work, home: str) -> None:
    accounts.rename_virtual_account(work, _home(work, home), "New")


def manage_licenses(work: Work, home: str) -> None:
    tokens.create_token(work, _home(work, home))


# What the FAQ says, "What are the customer Smart Account roles?": who may do it in an account that is theirs (for
# roles over virtual accounts: in the assigned one), and who of them in a virtual account that was not assigned too.
FAQ: list[tuple[Deed, set[Role], set[Role]]] = [
    (edit_properties, {APPROVER, ADMINISTRATOR}, {APPROVER, ADMINISTRATOR}),
    (view_all_users, {APPROVER, ADMINISTRATOR}, {APPROVER, ADMINISTRATOR}),
    (view_users, {APPROVER, ADMINISTRATOR, VA_ADMINISTRATOR}, {APPROVER, ADMINISTRATOR}),
    (accept_agreement, {APPROVER, ADMINISTRATOR}, {APPROVER, ADMINISTRATOR}),
    (view_agreements, {APPROVER, ADMINISTRATOR, VA_ADMINISTRATOR}, {APPROVER, ADMINISTRATOR, VA_ADMINISTRATOR}),
    (view_whole_event_log, {APPROVER, ADMINISTRATOR}, {APPROVER, ADMINISTRATOR}),
    (view_event_log, {APPROVER, ADMINISTRATOR, VA_ADMINISTRATOR}, {APPROVER, ADMINISTRATOR}),
    (add_account_user, {ADMINISTRATOR}, {ADMINISTRATOR}),
    (add_virtual_account_user, {ADMINISTRATOR, VA_ADMINISTRATOR}, {ADMINISTRATOR}),
    (add_virtual_account, {ADMINISTRATOR}, {ADMINISTRATOR}),
    (rename_virtual_account, {ADMINISTRATOR}, {ADMINISTRATOR}),
    (manage_licenses, {ADMINISTRATOR, USER, VA_ADMINISTRATOR, VA_USER}, {ADMINISTRATOR, USER}),
]


@pytest.fixture
def staffed(cssm: Cssm) -> Cssm:
    """One user and one API client of each role; those over virtual accounts are assigned to Branches."""
    for role in Role:
        home = "Branches" if role.is_over_virtual_account else None
        cssm.add_user("example.com", f"user {role.value}", role, virtual_account=home)
        with cssm.work() as work:
            account = work.smart_account("example.com")
            assigned = None if home is None else work.virtual_account(account, home)
            principals.add_api_client(
                work, account, f"client {role.value}", Secret("s"), role, virtual_account=assigned
            )
    cssm.add_smart_account("example.net")
    return cssm


def may(cssm: Cssm, who: str, deed: Deed, home: str) -> bool:
    """Whether it works; nothing of it is kept."""
    try:
        with cssm.work(acting_as=who) as work:
            savepoint = work.session.begin_nested()
            deed(work, home)
            savepoint.rollback()
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize(("deed", "own", "other"), FAQ, ids=lambda value: getattr(value, "__name__", ""))
def test_each_role_has_the_rights_of_the_faq_and_no_others(
    staffed: Cssm, deed: Deed, own: set[Role], other: set[Role]
) -> None:
    for kind in ("user", "client"):
        assert {role for role in Role if may(staffed, f"{kind} {role.value}", deed, "Branches")} == own
        assert {role for role in Role if may(staffed, f"{kind} {role.value}", deed, "Campus")} == other


def test_nobody_reaches_a_smart_account_that_is_not_theirs(staffed: Cssm) -> None:
    for role in Role:
        for foreign in ("example.net", "nowhere.example.com"):
            with (
                pytest.raises(NotAllowed, match=f"no access to smart account {foreign}"),
                staffed.work(acting_as=f"user {role.value}") as work,
            ):
                work.smart_account(foreign)


@pytest.mark.parametrize("path", ["licenses", "devices", "license-subscriptions", "dlc_convert"])
def test_a_foreign_account_looks_like_one_that_does_not_exist(cssm: Cssm, path: str) -> None:
    cssm.add_smart_account("example.net")
    cssm.add_api_client("example.com", "script", "battery staple")
    client = ApiClient(cssm)
    body = {
        "virtualAccounts": [{"name": "DEFAULT", "dlcRequests": [{"sudi": {"udiPid": "P", "udiSerialNumber": "S"}}]}]
    }
    asked = body if path == "dlc_convert" else {}
    answers = [
        client.ask("POST", f"v1/accounts/{domain}/{path}", asked) for domain in ("example.net", "nothing.example")
    ]
    assert [answer.status for answer in answers] == [403, 403]


def test_an_api_client_of_one_virtual_account_sees_that_one(cssm: Cssm) -> None:
    cssm.add_api_client("example.com", "script", "battery staple", VA_USER, virtual_account="Campus")
    client = ApiClient(cssm)
    listed = client.ask("GET", "v1/accounts/example.com/virtual-accounts").json["virtualAccounts"]
    assert [one["name"] for one in listed] == ["Campus"]
    assert client.ask("GET", "v1/accounts/example.com/virtual-accounts/Branches/tokens").status == 403
    assert client.ask("POST", "v1/accounts/example.com/virtual-accounts", {"name": "New"}).status == 403
    assert client.ask("POST", "v1/accounts/example.com/licenses", {}).status == 200


def test_a_role_that_is_taken_away_is_gone_at_once(cssm: Cssm) -> None:
    cssm.add_api_client("example.com", "script", "battery staple", ADMINISTRATOR)
    client = ApiClient(cssm)
    assert client.ask("POST", "v1/accounts/example.com/licenses", {}).status == 200
    with cssm.work() as work:
        principals.remove_role(work, work.smart_account("example.com"), "script", ADMINISTRATOR)
    assert client.ask("POST", "v1/accounts/example.com/licenses", {}).status == 403


def test_access_tokens_end_after_an_hour(cssm: Cssm) -> None:
    cssm.add_api_client("example.com", "script", "battery staple")
    client = ApiClient(cssm, renews=False)
    assert client.sign_in().json["expires_in"] == 3599
    assert client.ask("GET", "v2/accounts/search", now=JAN_1 + days(0.04)).status == 200
    late = client.ask("GET", "v2/accounts/search", now=JAN_1 + days(0.05))
    assert (late.status, late.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_the_event_log_says_who_did_what_and_holds_no_token(cssm: Cssm) -> None:
    cssm.add_user("example.com", "anna", ADMINISTRATOR)
    with cssm.work(acting_as="anna") as work:
        made = tokens.create_token(work, _home(work, "Branches"))
        secret = made.text
    with cssm.work(acting_as="anna") as work:
        newest = accounts.event_log(work, work.smart_account("example.com"))[0]
        every = [one.message for one in accounts.event_log(work, work.smart_account("example.com"))]
    assert (newest.actor, newest.kind) == ("anna", "Token Created")
    assert not any(secret in message for message in every)
