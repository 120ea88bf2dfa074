"""The account that a device is in, and the one that it should be in."""

from __future__ import annotations

from nornir_smartlic.model import Account


def other_account(there: Account | None, wanted: Account | None) -> str | None:
    """What is the matter with the account *there*; ``None``: it is the wanted one, or one of them is not known."""
    if there is None or wanted is None:
        return None
    pairs = ((there.smart_account, wanted.smart_account), (there.virtual_account, wanted.virtual_account))
    if all(None in pair or str(pair[0]).casefold() == str(pair[1]).casefold() for pair in pairs):
        return None
    actual, expected = ([each[side] or "any" for each in pairs] for side in (0, 1))
    return f"the device is in {' / '.join(actual)}, wanted is {' / '.join(expected)}"
