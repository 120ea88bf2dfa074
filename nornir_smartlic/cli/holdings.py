"""What CSSM has of the licence for a feature: bought, in use and left; said after codes were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nornir_smartlic.cli.failures import say
from nornir_smartlic.errors import CssmError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nornir_smartlic.cli.settings import Settings
    from nornir_smartlic.cssm import LicenseLine


def say_holdings(settings: Settings, feature: str) -> None:
    """A line for each virtual account that has the licence for *feature*; none where no credentials are set.

    What CSSM does not tell is no failure of the run: it is said instead.
    """
    if settings.cssm_client_id is None:
        return
    from nornir_smartlic.intent import is_named

    try:
        with settings.cssm() as client:
            account = settings.account(client)
            lines = [each for each in client.licenses(account.domain) if is_named(feature, each.name)]
    except (CssmError, UsageError) as error:
        say(f"what is bought and left is not known: {error}")
        return
    for text in holdings(lines) or [f"no licence for {feature} in {account.domain}"]:
        say(text)


def holdings(lines: Iterable[LicenseLine]) -> list[str]:
    """``Branches: Cat9K HSEC: 5 bought, 2 in use, 3 left``, in the order of the accounts."""
    return [
        f"{each.virtual_account}: {each.name}: {_count(each.quantity)} bought, {_count(each.in_use)} in use, "
        f"{_count(each.available)} left"
        for each in sorted(lines, key=lambda each: (each.virtual_account, each.name))
    ]


def _count(number: int | None) -> str:
    return "?" if number is None else str(number)
