"""``smartlic cssm``: accounts, tokens, licences, product instances, alerts and transfers on CSSM."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from nornir_smartlic.cli.options import Json, finish_listing
from nornir_smartlic.errors import StoreError, UsageError

if TYPE_CHECKING:
    from nornir_smartlic.cssm import CssmClient, RegistrationToken, SmartAccount

app = typer.Typer(
    help="Ask and change CSSM; see docs/cli.md for how it is reached.", no_args_is_help=True, rich_markup_mode=None
)
tokens = typer.Typer(help="Registration tokens, with which devices trust.", no_args_is_help=True, rich_markup_mode=None)
transfer = typer.Typer(help="Move things between virtual accounts.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(tokens, name="tokens")
app.add_typer(transfer, name="transfer")

ACCOUNTS: Final = typer.Option(
    "--virtual-account", metavar="NAME", help="Only this virtual account; the option again adds one."
)
ACCOUNT: Final = typer.Option("--virtual-account", metavar="NAME", help="The virtual account.")
FROM: Final = typer.Option("--from", metavar="NAME", help="The virtual account that has them.")
TO: Final = typer.Option("--to", metavar="NAME", help="The virtual account that gets them.")
Accounts = Annotated[list[str] | None, ACCOUNTS]
Account = Annotated[str, ACCOUNT]


@contextmanager
def _client(context: typer.Context) -> Iterator[tuple[CssmClient, SmartAccount]]:
    from nornir_smartlic.cli.settings import Settings

    settings = Settings.of(context.obj.config)
    with settings.cssm() as client:
        yield client, settings.account(client)


def _list(command: str, name: str, columns: tuple[str, ...], rows: list[dict[str, Any]], *, as_json: bool) -> None:
    from nornir_smartlic.outputs import Listing

    finish_listing(Listing(f"cssm {command}", name, columns, rows), as_json=as_json)


@app.command("accounts", short_help="List smart accounts and virtual accounts.")
def accounts(context: typer.Context, as_json: Json = False) -> None:
    """List the smart accounts that the API client sees, with their virtual accounts."""
    from nornir_smartlic.cli.settings import Settings

    with Settings.of(context.obj.config).cssm() as client:
        rows = [
            {
                "smart_account": account.domain,
                "name": account.name,
                "virtual_account": home.name,
                "default": home.is_default,
            }
            for account in client.accounts()
            for home in account.virtual_accounts
        ]
    _list("accounts", "accounts", ("smart_account", "name", "virtual_account", "default"), rows, as_json=as_json)


@app.command("licenses", short_help="List licences, in use and bought.")
def licenses(context: typer.Context, virtual_accounts: Accounts = None, as_json: Json = False) -> None:
    """List the licences of virtual accounts: bought, in use, and what is left."""
    with _client(context) as (client, account):
        rows = [
            {
                "virtual_account": line.virtual_account,
                "license": line.name,
                "status": line.status,
                "quantity": line.quantity,
                "in_use": line.in_use,
                "available": line.available,
            }
            for line in client.licenses(account.domain, virtual_accounts or ())
        ]
    columns = ("virtual_account", "license", "status", "quantity", "in_use", "available")
    _list("licenses", "licenses", columns, rows, as_json=as_json)


@app.command("devices", short_help="List product instances.")
def devices(context: typer.Context, virtual_accounts: Accounts = None, as_json: Json = False) -> None:
    """List the devices that CSSM knows, with their last contact and what they use."""
    with _client(context) as (client, account):
        rows = [
            {
                "virtual_account": instance.virtual_account,
                "host_name": instance.host_name,
                "udi": str(instance.udi),
                "last_contact": instance.last_contact,
                "licenses": dict(instance.licenses),
            }
            for instance in client.product_instances(account.domain, virtual_accounts or ())
        ]
    columns = ("virtual_account", "host_name", "udi", "last_contact", "licenses")
    _list("devices", "devices", columns, rows, as_json=as_json)


@app.command("alerts", short_help="List alerts.")
def alerts(context: typer.Context, as_json: Json = False) -> None:
    """List the alerts of the smart account."""
    with _client(context) as (client, account):
        rows = [dict(alert) for alert in client.alerts(account.domain)]
    columns = tuple(dict.fromkeys(key for row in rows for key in row)) or ("alert",)
    _list("alerts", "alerts", columns, rows, as_json=as_json)


@tokens.command("list", short_help="List valid tokens, without their texts.")
def list_tokens(context: typer.Context, virtual_account: Account, as_json: Json = False) -> None:
    """List the valid tokens of a virtual account; their texts are not shown."""
    with _client(context) as (client, account):
        rows = [_shown(token) for token in client.tokens(account.domain, virtual_account)]
    _list("tokens list", "tokens", _TOKEN_COLUMNS, rows, as_json=as_json)


@tokens.command("create", short_help="Create a token, and write it to a file.")
def create_token(
    context: typer.Context,
    virtual_account: Account,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="A new file for it, readable for its owner alone.")
    ],
    uses: Annotated[int | None, typer.Option("--uses", metavar="N", min=1, help="How many devices may use it.")] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=365, help="How long it is valid.")] = 30,
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="What it is for.")] = "smartlic",
    export_controlled: Annotated[
        bool, typer.Option("--export-controlled", help="Allow export-controlled functionality.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Create a token and write it to a file for ``smartlic trust --token-file``; it is never shown."""
    descriptor = _new_file(output)
    with os.fdopen(descriptor, "w") as file, _client(context) as (client, account):
        made = client.create_token(
            account.domain,
            virtual_account,
            expires_after_days=days,
            description=description,
            export_controlled=export_controlled,
            max_uses=uses,
        )
        file.write(_token_file(made, virtual_account, uses))
    _list("tokens create", "tokens", _TOKEN_COLUMNS, [_shown(made)], as_json=as_json)


@tokens.command("revoke", short_help="Revoke the tokens of a file.")
def revoke_tokens(
    context: typer.Context,
    virtual_account: Account,
    file: Annotated[Path, typer.Option("--token-file", metavar="FILE", help="The file that has them.")],
    as_json: Json = False,
) -> None:
    """Revoke the tokens in a file; devices that have trusted with them keep their trust."""
    from nornir_smartlic.cli.tokens import tokens_of_file

    found = [token for token in tokens_of_file(file) if token.virtual_account in (None, virtual_account)]
    if not found:
        raise UsageError(f"token file {file}: no token of virtual account {virtual_account}")
    with _client(context) as (client, account):
        client.revoke_tokens(account.domain, virtual_account, [token.secret for token in found])
    _list("tokens revoke", "revoked", ("count",), [{"count": len(found)}], as_json=as_json)


@transfer.command("licenses", short_help="Move licences.")
def transfer_licenses(
    context: typer.Context,
    license_name: Annotated[str, typer.Argument(metavar="LICENSE", help="The name that CSSM lists.")],
    quantity: Annotated[int, typer.Argument(metavar="QUANTITY", min=1, help="How many.")],
    source: Annotated[str, FROM],
    target: Annotated[str, TO],
    as_json: Json = False,
) -> None:
    """Move licences from one virtual account to another."""
    with _client(context) as (client, account):
        client.transfer_licenses(account.domain, source, target, license_name, quantity)
    row = {"license": license_name, "quantity": quantity, "from": source, "to": target}
    _list("transfer licenses", "transferred", tuple(row), [row], as_json=as_json)


@transfer.command("devices", short_help="Move product instances.")
def transfer_devices(
    context: typer.Context,
    serial_numbers: Annotated[list[str], typer.Argument(metavar="SN...", help="Serial numbers of the devices.")],
    source: Annotated[str, FROM],
    target: Annotated[str, TO],
    as_json: Json = False,
) -> None:
    """Move devices from one virtual account to another; all of them or none."""
    with _client(context) as (client, account):
        known = {instance.udi.sn: instance for instance in client.product_instances(account.domain, [source])}
        missing = [number for number in serial_numbers if number not in known]
        if missing:
            raise UsageError(f"no device {', '.join(missing)} in virtual account {source}")
        moved = [known[number] for number in serial_numbers]
        client.transfer_product_instances(account.domain, source, target, moved)
    rows = [{"udi": str(instance.udi), "from": source, "to": target} for instance in moved]
    _list("transfer devices", "transferred", ("udi", "from", "to"), rows, as_json=as_json)


_TOKEN_COLUMNS: Final = ("description", "expires", "export_controlled", "created_by", "uses", "max_uses")


def _shown(token: RegistrationToken) -> dict[str, Any]:
    return {column: getattr(token, column) for column in _TOKEN_COLUMNS}


def _new_file(path: Path) -> int:
    """A file that was not there, readable for its owner alone; made before the token is, so that none is lost."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"-o {path}: exists already") from None
    except OSError as error:
        raise StoreError(f"{path}: not written: {error.strerror}") from None


def _token_file(token: RegistrationToken, virtual_account: str, uses: int | None) -> str:
    import json

    entry: dict[str, Any] = {"token": token.token.reveal(), "virtual_account": virtual_account}
    if uses is not None:
        entry["uses"] = uses
    return f"tokens:\n  - {json.dumps(entry)}\n"
