"""``smartlic-lab cssm``: accounts, users, purchases and codes in the CSSM of a running lab.

Each command is one operation of CSSM's API, asked as the operator (Cisco's side), or with ``--as`` as a user whose role
is then obeyed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from nornir_smartlic.errors import UsageError
from smartlic_lab.running.control import Control, command_line

V1: Final = "/services/api/smart-accounts-and-licensing/v1"
ON_PREM_V1: Final = "/api/v1"

cssm = typer.Typer(help="Accounts, users, purchases and codes in CSSM.", no_args_is_help=True)


@dataclass(slots=True)
class Asked:
    """The options that stand before a command."""

    name: str = "default"
    authority: str | None = None
    smart_account: str | None = None
    acting_as: str | None = None
    as_json: bool = False


@cssm.callback()
def options(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", help="Which lab.")] = "default",
    authority: Annotated[str | None, typer.Option("--authority", help="Which CSSM or SSM On-Prem; the first.")] = None,
    smart_account: Annotated[
        str | None, typer.Option("--smart-account", help="The domain; without it the first there is.")
    ] = None,
    acting_as: Annotated[str | None, typer.Option("--as", help="A user or client, with the rights it has.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole answer, as JSON.")] = False,
) -> None:
    """Accounts, users, purchases and codes in CSSM."""
    context.obj = Asked(name, authority, smart_account, acting_as, as_json)


def _group(name: str, text: str) -> typer.Typer:
    made = typer.Typer(help=text, no_args_is_help=True)
    cssm.add_typer(made, name=name)
    return made


account = _group("account", "Smart accounts.")
virtual_account = _group("virtual-account", "Virtual accounts, nested ten levels deep.")
user = _group("user", "Users, API clients and their roles.")
token = _group("token", "Registration tokens.")
pool = _group("pool", "Licences that were bought.")
pak = _group("pak", "Classic licences and their conversion.")
agreement = _group("agreement", "Enterprise agreements and accounting.")
policy = _group("policy", "The policy of a virtual account.")
reservation = _group("reservation", "Licence reservations (SLR, PLR).")

HomeArgument = Annotated[str, typer.Argument(metavar="VIRTUAL_ACCOUNT")]
HomeOption = Annotated[str, typer.Option("--virtual-account", help="Which virtual account.")]
ScopeOption = Annotated[str | None, typer.Option("--virtual-account", help="For a role over a virtual account.")]
DeviceArgument = Annotated[str, typer.Argument(metavar="PID:SN", help="The device.")]
LicencesOption = Annotated[list[str], typer.Option("--license", help="TAG=QUANTITY; once for each licence.")]


# --- asking ----------------------------------------------------------------------------------------------------------


def _ask(
    context: typer.Context,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The answer to one operation; raises `UsageError` with the reason of a refusal."""
    asked: Asked = context.obj
    found = Control.find(asked.name).ask(
        "POST",
        "/cssm",
        {
            "authority": asked.authority,
            "verb": method,
            "path": path,
            "body": None if body is None else {key: value for key, value in body.items() if value is not None},
            "query": {} if query is None else {key: value for key, value in query.items() if value is not None},
            "acting_as": asked.acting_as,
        },
    )
    answer = found["answer"] or {}
    if found["status"] >= 400:
        raise UsageError(str(answer.get("statusMessage") or f"HTTP status {found['status']}"))
    return dict(answer)


def _base(context: typer.Context) -> str:
    """The path of version 1; SSM On-Prem has one of its own."""
    name = context.obj.authority
    if name is None:
        return V1
    known = Control.find(context.obj.name).ask("GET", "/status")["authorities"]
    return ON_PREM_V1 if any(one["name"] == name and one["kind"] == "onprem" for one in known) else V1


def _account(context: typer.Context) -> str:
    """The path of the smart account."""
    base, domain = _base(context), context.obj.smart_account
    if domain is None:
        found = _ask(context, "GET", f"{base}/accounts/search")["accounts"]
        if not found:
            how = f"{command_line('cssm', context.obj.name)} account add DOMAIN"
            raise UsageError(f"there is no smart account - open one with {how}")
        domain = found[0]["domain"]
    return f"{base}/accounts/{quote(domain, safe='')}"


def _home(context: typer.Context, name: str) -> str:
    return f"{_account(context)}/virtual-accounts/{quote(name, safe='')}"


def _say(context: typer.Context, answer: Mapping[str, Any], text: str | None = None) -> None:
    if context.obj.as_json:
        typer.echo(json.dumps(answer, indent=2))
    else:
        typer.echo(text if text is not None else str(answer.get("statusMessage") or "done"))


def _list(context: typer.Context, answer: Mapping[str, Any], key: str, columns: Sequence[str]) -> None:
    """The rows under *key*, as a table."""
    if context.obj.as_json:
        typer.echo(json.dumps(answer, indent=2))
        return
    rows = [tuple(columns), *(tuple(_cell(row.get(column)) for column in columns) for row in answer[key])]
    widths = [max(len(row[at]) for row in rows) for at in range(len(columns))]
    for row in rows:
        typer.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def _device(text: str) -> dict[str, str]:
    pid, colon, sn = text.partition(":")
    if not (pid and colon and sn):
        raise UsageError(f"{text!r} - expected PID:SN")
    return {"udiPid": pid, "udiSerialNumber": sn}


def _quantities(texts: Sequence[str]) -> list[dict[str, Any]]:
    listed = []
    for text in texts:
        tag, _, quantity = text.rpartition("=")
        if not tag or not quantity.isdecimal():
            raise UsageError(f"--license {text!r} - expected TAG=QUANTITY")
        listed.append({"entitlementTag": tag, "quantity": int(quantity)})
    return listed


# --- accounts --------------------------------------------------------------------------------------------------------


@account.command("list")
def account_list(context: typer.Context) -> None:
    """Show the smart accounts."""
    found = _ask(context, "GET", f"{_base(context)}/accounts/search", query={"limit": -1})
    _list(context, found, "accounts", ("domain", "name", "id", "accountType"))


@account.command("add")
def account_add(
    context: typer.Context,
    domain: str,
    full_name: Annotated[str | None, typer.Option("--full-name", help="What devices print.")] = None,
    limited_use: Annotated[bool, typer.Option("--limited-use", help="One virtual account, no export control.")] = False,
) -> None:
    """Open a smart account."""
    body = {"domain": domain, "name": full_name, "limitedUse": limited_use}
    answer = _ask(context, "POST", f"{_base(context)}/accounts", body)
    _say(context, answer, f"{answer['name']} ({answer['domain']}) was opened")


@account.command("edit")
def account_edit(
    context: typer.Context,
    full_name: Annotated[str | None, typer.Option("--full-name", help="What devices print.")] = None,
    export_controlled: Annotated[
        bool | None, typer.Option("--export-controlled/--no-export-controlled", help="Whether it may have such.")
    ] = None,
) -> None:
    """Change the smart account."""
    body = {"name": full_name, "exportControlledAllowed": export_controlled}
    answer = _ask(context, "PATCH", _account(context), body)
    _say(context, answer, f"{answer['name']} ({answer['domain']}) was changed")


@virtual_account.command("list")
def virtual_account_list(context: typer.Context) -> None:
    """Show the virtual accounts."""
    found = _ask(context, "GET", f"{_account(context)}/virtual-accounts")
    _list(context, found, "virtualAccounts", ("name", "parent", "description", "isDefault"))


@virtual_account.command("add")
def virtual_account_add(
    context: typer.Context,
    virtual_account_name: HomeArgument,
    parent: Annotated[str | None, typer.Option("--parent", help="Below which one.")] = None,
    description: Annotated[str, typer.Option("--description")] = "",
) -> None:
    """Make a virtual account."""
    body = {"name": virtual_account_name, "parent": parent, "description": description}
    _say(context, _ask(context, "POST", f"{_account(context)}/virtual-accounts", body))


@virtual_account.command("rename")
def virtual_account_rename(context: typer.Context, virtual_account_name: HomeArgument, new_name: str) -> None:
    """Give a virtual account another name; devices hear it with their next ACK."""
    answer = _ask(context, "PATCH", _home(context, virtual_account_name), {"name": new_name})
    _say(context, answer, f"{virtual_account_name} is now {new_name}")


@virtual_account.command("move")
def virtual_account_move(
    context: typer.Context,
    virtual_account_name: HomeArgument,
    parent: Annotated[str | None, typer.Option("--parent", help="Below which one; none: to the first level.")] = None,
) -> None:
    """Put a virtual account, with all below it, under another parent."""
    found = Control.find(context.obj.name).ask(
        "POST",
        "/cssm",
        {
            "authority": context.obj.authority,
            "verb": "PATCH",
            "path": _home(context, virtual_account_name),
            "body": {"parent": parent},  # null is said here, and means the first level
            "acting_as": context.obj.acting_as,
        },
    )
    if found["status"] >= 400:
        raise UsageError(str(found["answer"]["statusMessage"]))
    where = "to the first level" if parent is None else f"below {parent}"
    _say(context, found["answer"], f"{virtual_account_name} was moved {where}")


@virtual_account.command("delete")
def virtual_account_delete(context: typer.Context, virtual_account_name: HomeArgument) -> None:
    """Delete an empty virtual account."""
    _say(context, _ask(context, "POST", f"{_home(context, virtual_account_name)}/delete"))


@cssm.command("events")
def events(
    context: typer.Context,
    virtual_account_name: ScopeOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10000)] = 50,
) -> None:
    """Read the event log, the newest first."""
    query = {"virtualAccounts": virtual_account_name, "limit": limit}
    found = _ask(context, "GET", f"{_account(context)}/events", query=query)
    _list(context, found, "events", ("date", "user", "eventType", "message"))


# --- users -----------------------------------------------------------------------------------------------------------


@user.command("list")
def user_list(context: typer.Context) -> None:
    """Show who has a role in the smart account."""
    _list(context, _ask(context, "GET", f"{_account(context)}/users"), "users", ("name", "kind", "email", "roles"))


@user.command("add")
def user_add(
    context: typer.Context,
    user_name: str,
    role: Annotated[str, typer.Option("--role", help="Such as 'Virtual Account user'.")],
    virtual_account_name: ScopeOption = None,
    email: Annotated[str | None, typer.Option("--email")] = None,
) -> None:
    """Give a user a role."""
    body = {"name": user_name, "role": role, "virtualAccount": virtual_account_name, "email": email}
    _say(context, _ask(context, "POST", f"{_account(context)}/users", body))


@user.command("remove")
def user_remove(
    context: typer.Context,
    user_name: str,
    role: Annotated[str, typer.Option("--role")],
    virtual_account_name: ScopeOption = None,
) -> None:
    """Take a role away."""
    body = {"name": user_name, "role": role, "virtualAccount": virtual_account_name}
    _say(context, _ask(context, "POST", f"{_account(context)}/users/remove", body))


# --- tokens ----------------------------------------------------------------------------------------------------------


@token.command("list")
def token_list(context: typer.Context, virtual_account_name: HomeOption = "DEFAULT") -> None:
    """Show the tokens that are good."""
    found = _ask(context, "GET", f"{_home(context, virtual_account_name)}/tokens")
    _list(context, found, "tokens", ("token", "description", "expirationDate", "uses", "maxUses"))


@token.command("add")
def token_add(
    context: typer.Context,
    virtual_account_name: HomeOption = "DEFAULT",
    days: Annotated[int, typer.Option("--days", min=1)] = 30,
    max_uses: Annotated[int | None, typer.Option("--max-uses", min=1)] = None,
    export_controlled: Annotated[bool, typer.Option("--export-controlled")] = False,
    description: Annotated[str, typer.Option("--description")] = "",
) -> None:
    """Make a token and print its text."""
    body = {
        "description": description,
        "expiresAfterDays": days,
        "maxUses": max_uses,
        "exportControlled": "Allowed" if export_controlled else "Not Allowed",
    }
    answer = _ask(context, "POST", f"{_home(context, virtual_account_name)}/tokens", body)
    _say(context, answer, answer["tokenInfo"]["token"])


@token.command("revoke")
def token_revoke(context: typer.Context, text: str, virtual_account_name: HomeOption = "DEFAULT") -> None:
    """Let nobody else in with a token."""
    _say(context, _ask(context, "POST", f"{_home(context, virtual_account_name)}/tokens/revoke", {"tokens": [text]}))


# --- licences --------------------------------------------------------------------------------------------------------


@pool.command("list")
def pool_list(context: typer.Context, virtual_account_name: ScopeOption = None) -> None:
    """Show how virtual accounts stand with their licences."""
    names = None if virtual_account_name is None else [virtual_account_name]
    found = _ask(context, "POST", f"{_account(context)}/licenses", {"virtualAccounts": names, "limit": -1})
    columns = ("virtualAccount", "license", "quantity", "inUse", "reserved", "available", "status")
    _list(context, found, "licenses", columns)


@pool.command("add")
def pool_add(
    context: typer.Context,
    license_name: Annotated[str, typer.Argument(metavar="LICENSE", help="Its tag or a name of it.")],
    quantity: Annotated[int, typer.Argument(min=1)],
    virtual_account_name: HomeOption = "DEFAULT",
    term_days: Annotated[int | None, typer.Option("--term-days", min=1, help="Without it for ever.")] = None,
    subscription: Annotated[str | None, typer.Option("--subscription", help="Its subscription id.")] = None,
    under: Annotated[str | None, typer.Option("--agreement", help="Under which enterprise agreement.")] = None,
) -> None:
    """Enter a purchase."""
    body = {
        "license": license_name,
        "quantity": quantity,
        "termDays": term_days,
        "subscriptionId": subscription,
        "enterpriseAgreement": under,
    }
    _say(context, _ask(context, "POST", f"{_home(context, virtual_account_name)}/pools", body))


@pak.command("list")
def pak_list(context: typer.Context, virtual_account_name: HomeOption = "DEFAULT") -> None:
    """Show the PAKs that have something left."""
    found = _ask(context, "GET", f"{_home(context, virtual_account_name)}/paks")
    _list(context, found, "paks", ("pak", "product", "quantity", "smartTag", "device"))


@pak.command("add")
def pak_add(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="PAK")],
    product: str,
    quantity: Annotated[int, typer.Argument(min=1)],
    virtual_account_name: HomeOption = "DEFAULT",
    license_name: Annotated[str | None, typer.Option("--license", help="Its smart equivalent.")] = None,
    device: Annotated[str | None, typer.Option("--device", help="PID:SN that it is registered to.")] = None,
) -> None:
    """Deposit a PAK."""
    body = {
        "pak": number,
        "product": product,
        "quantity": quantity,
        "license": license_name,
        "sudi": None if device is None else _device(device),
    }
    _say(context, _ask(context, "POST", f"{_home(context, virtual_account_name)}/paks", body))


@pak.command("convert")
def pak_convert(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="PAK")],
    virtual_account_name: HomeOption = "DEFAULT",
    way: Annotated[str, typer.Option("--way", help="CSSM or LRP.")] = "CSSM",
    quantity: Annotated[int | None, typer.Option("--quantity", min=1, help="Without it all that is left.")] = None,
) -> None:
    """Turn classic licences into smart ones; there is no way back."""
    body = {"pak": number, "way": way, "quantity": quantity}
    _say(context, _ask(context, "POST", f"{_home(context, virtual_account_name)}/paks/convert", body))


@agreement.command("add")
def agreement_add(
    context: typer.Context,
    subscription: Annotated[str, typer.Argument(metavar="SUBSCRIPTION_ID")],
    full_name: str,
    term_days: Annotated[int, typer.Option("--term-days", min=1)] = 1095,
    period_days: Annotated[int, typer.Option("--period-days", min=1, help="From one true forward to the next.")] = 365,
) -> None:
    """Enter an enterprise agreement that starts now."""
    body = {"subscriptionId": subscription, "name": full_name, "termDays": term_days, "periodDays": period_days}
    _say(context, _ask(context, "POST", f"{_account(context)}/enterprise-agreements", body))


@agreement.command("reports")
def agreement_reports(context: typer.Context) -> None:
    """Show the true-forward and true-up reports; of a running period as it stands."""
    found = _ask(context, "GET", f"{_account(context)}/accounting-periods")
    columns = ("accounting", "subscriptionId", "startDate", "endDate", "closed", "lines")
    _list(context, found, "periods", columns)


# --- policies --------------------------------------------------------------------------------------------------------


@policy.command("show")
def policy_show(context: typer.Context, virtual_account_name: HomeOption = "DEFAULT") -> None:
    """Show the policy in force."""
    answer = _ask(context, "GET", f"{_home(context, virtual_account_name)}/policy")
    _say(context, answer, _policy_text(answer))


@policy.command("set")
def policy_set(
    context: typer.Context,
    full_name: Annotated[str, typer.Argument(metavar="NAME")],
    virtual_account_name: HomeOption = "DEFAULT",
    perpetual: Annotated[str, typer.Option("--perpetual", help="Days: first report, frequency, on change.")] = (
        "365,0,90"
    ),
    subscription: Annotated[str, typer.Option("--subscription")] = "90,90,90",
    enforced: Annotated[str, typer.Option("--enforced")] = "0,0,0",
    export: Annotated[str, typer.Option("--export")] = "0,0,0",
) -> None:
    """Give the virtual account a custom policy; devices get it with trust or their next ACK."""
    given = {"perpetual": perpetual, "subscription": subscription, "enforced": enforced, "export": export}
    body = {"name": full_name, **{key: _days(key, value) for key, value in given.items()}}
    answer = _ask(context, "PUT", f"{_home(context, virtual_account_name)}/policy", body)
    _say(context, answer, _policy_text(answer))


@policy.command("reset")
def policy_reset(context: typer.Context, virtual_account_name: HomeOption = "DEFAULT") -> None:
    """Go back to the Cisco default."""
    answer = _ask(context, "DELETE", f"{_home(context, virtual_account_name)}/policy")
    _say(context, answer, _policy_text(answer))


def _days(name: str, text: str) -> list[int]:
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
        raise UsageError(f"--{name} {text!r} - expected three numbers of days, such as 90,90,90")
    return [int(part) for part in parts]


def _policy_text(answer: Mapping[str, Any]) -> str:
    lines = [answer["name"] or "CISCO default"]
    for name in ("perpetual", "subscription", "enforced", "export"):
        first, frequency, change = answer[name]
        lines.append(f"{name}: first report {first}, frequency {frequency}, on change {change} (days)")
    return "\n".join(lines)


# --- reservations ----------------------------------------------------------------------------------------------------


@reservation.command("list")
def reservation_list(context: typer.Context, virtual_account_name: HomeOption = "DEFAULT") -> None:
    """Show the reservations that stand."""
    found = _ask(context, "GET", f"{_home(context, virtual_account_name)}/reservations")
    _list(context, found, "reservations", ("device", "reservationType", "confirmed", "licenses"))


@reservation.command("add")
def reservation_add(
    context: typer.Context,
    request_code: Annotated[str, typer.Argument(help="What the device printed.")],
    virtual_account_name: HomeOption = "DEFAULT",
    licences: LicencesOption = [],  # noqa: B006  typer reads it, nobody changes it
) -> None:
    """Reserve licences and print the authorization code; without --license whatever the device wants."""
    request = {
        "reservationCode": request_code,
        "reservationType": "SPECIFIC" if licences else "UNIVERSAL",
        "licenses": _quantities(licences),
    }
    path = f"{_home(context, virtual_account_name)}/reserve-licenses"
    answer = _ask(context, "POST", path, {"reservationRequests": [request]})
    (made,) = answer["authorizationCodes"]
    if made["authorizationCode"] is None:
        raise UsageError(str(made["statusMessage"]))
    _say(context, answer, made["authorizationCode"])


@reservation.command("update")
def reservation_update(
    context: typer.Context,
    device: DeviceArgument,
    virtual_account_name: HomeOption = "DEFAULT",
    licences: LicencesOption = [],  # noqa: B006  typer reads it, nobody changes it
) -> None:
    """Change what is reserved and print the new authorization code."""
    body = {"sudi": _device(device), "licenses": _quantities(licences)}
    answer = _ask(context, "POST", f"{_home(context, virtual_account_name)}/reservations/update", body)
    _say(context, answer, answer["reservation"]["authorizationCode"])


@reservation.command("confirm")
def reservation_confirm(
    context: typer.Context, device: DeviceArgument, code: str, virtual_account_name: HomeOption = "DEFAULT"
) -> None:
    """Enter the confirmation code that the device printed for an update."""
    body = {"sudi": _device(device), "code": code}
    _say(context, _ask(context, "POST", f"{_home(context, virtual_account_name)}/reservations/confirm", body))


@reservation.command("return")
def reservation_return(
    context: typer.Context, device: DeviceArgument, code: str, virtual_account_name: HomeOption = "DEFAULT"
) -> None:
    """Enter the return code that the device printed."""
    body = {"sudi": _device(device), "code": code}
    _say(context, _ask(context, "POST", f"{_home(context, virtual_account_name)}/reservations/return", body))
