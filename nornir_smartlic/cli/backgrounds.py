"""What the page of an audit shows beside it: the audits before from the store, and from CSSM what was bought."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nornir_smartlic.cli.commands import virtual_accounts_of
from nornir_smartlic.cli.failures import say
from nornir_smartlic.cli.reconciling import positions_of
from nornir_smartlic.cli.remembering import background_of
from nornir_smartlic.errors import CssmError, IntentError, StoreError, UsageError
from nornir_smartlic.outputs import Background

if TYPE_CHECKING:
    from nornir.core import Nornir

    from nornir_smartlic.cli.settings import Settings
    from nornir_smartlic.outputs import Report


def with_background(settings: Settings, nornir: Nornir, report: Report, *, is_whole: bool) -> Report:
    """*report* with what the page shows beside it; what the store or CSSM does not tell is said, and left out."""
    background = Background()
    if settings.store is not None:
        try:
            with settings.opened_store() as store:
                background = background_of(store)
        except StoreError as error:
            say(f"the page is without the audits before: {error}")
    if settings.cssm_client_id is not None:
        try:
            with settings.cssm() as client:
                account, accounts = settings.account(client), virtual_accounts_of(nornir)
                positions = positions_of(report, client, account, accounts, is_whole=is_whole)
            background = replace(background, positions=positions)
        except (CssmError, IntentError, UsageError) as error:
            say(f"the page is without what was bought: {error}")
    return replace(report, background=background)
