"""Where a command takes its tokens from: the options, and the run that they are for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nornir_smartlic.cli.options import open_hosts
from nornir_smartlic.errors import UsageError

if TYPE_CHECKING:
    from nornir.core import Nornir

    from nornir_smartlic.cli.commands import WalletFor
    from nornir_smartlic.outputs import Report

TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file", metavar="FILE", help="A file with a token, or with tokens for virtual accounts (YAML)."
    ),
]
TokenEnv = Annotated[
    str | None,
    typer.Option("--token-env", metavar="NAME", help="An environment variable; without any, SMARTLIC_TOKEN."),
]
TokenStdin = Annotated[bool, typer.Option("--token-stdin", help="Read the token from standard input.")]
FromCssm = Annotated[
    bool,
    typer.Option("--from-cssm", help="Make tokens on CSSM with as many uses as needed, and revoke them afterwards."),
]
FromOnPrem = Annotated[
    bool, typer.Option("--from-onprem", help="Make them on SSM On-Prem, in its account, and revoke them afterwards.")
]
Uses = Annotated[
    int | None,
    typer.Option("--uses", metavar="N", min=1, help="The token may be used N times; no more devices are tried."),
]


@dataclass(frozen=True, slots=True)
class TokenSource:
    """The options of one run."""

    file: Path | None
    variable: str | None
    standard_input: bool
    from_cssm: bool
    uses: int | None
    from_onprem: bool = False


def run_with(
    source: TokenSource,
    context: typer.Context,
    filters: list[str] | None,
    ask_pass: bool,
    run: Callable[[Nornir, WalletFor], Report],
    *,
    purpose: str,
    dry_run: bool,
) -> Report:
    """*run* with the tokens of *source*; those that were made for it are revoked at its end, whatever happened.

    Raises:
        UsageError: none or several sources were named, or there is no token in it.
    """
    from nornir_smartlic.cli.tokens import TokenWallet, wallet_of

    named = source.file is not None or source.variable is not None or source.standard_input
    is_made = source.from_cssm or source.from_onprem
    if source.from_cssm + source.from_onprem + named > 1:
        option = "--from-cssm" if source.from_cssm else "--from-onprem"
        raise UsageError(f"one source of tokens only: {option} or another")
    if is_made and not dry_run:
        from nornir_smartlic.cli.cssm_tokens import CssmTokens
        from nornir_smartlic.cli.settings import Settings
        from nornir_smartlic.tasks.stopping import stop

        settings = Settings.of(context.obj.config)
        nornir = open_hosts(context, filters, ask_pass)
        # the signals are watched around all of it, so that the tokens are revoked also when it is interrupted
        with stop.watched(), settings.onprem() if source.from_onprem else settings.cssm() as client:
            account = client.accounts()[0] if source.from_onprem else settings.account(client)
            with CssmTokens(client, account, purpose) as made:
                return run(nornir, made.wallet_for)
    if dry_run and not named:
        wallet = TokenWallet(())
    else:
        wallet = wallet_of(source.file, source.variable, standard_input=source.standard_input, uses=source.uses)
    return run(open_hosts(context, filters, ask_pass), lambda needed: wallet)  # noqa: ARG005
