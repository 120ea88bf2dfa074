"""The five roles of a smart account, and exactly the rights that Cisco's FAQ gives each.

A role over the smart account counts in all of its virtual accounts; a role over a virtual account counts in that one
alone: the FAQ says "limited to assigned Virtual Accounts", and what is nested below is assigned on its own.

Source: reference/smart-licensing-faq-2020-11.txt, "What are the customer Smart Account roles?".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Role(Enum):
    """A role; the value is the FAQ's name for it."""

    ACCOUNT_APPROVER = "Smart Account approver"
    ACCOUNT_ADMINISTRATOR = "Smart Account administrator"
    ACCOUNT_USER = "Smart Account user"
    VIRTUAL_ACCOUNT_ADMINISTRATOR = "Virtual Account administrator"
    VIRTUAL_ACCOUNT_USER = "Virtual Account user"

    @property
    def is_over_virtual_account(self) -> bool:
        """Whether it is given for single virtual accounts."""
        return self in (Role.VIRTUAL_ACCOUNT_ADMINISTRATOR, Role.VIRTUAL_ACCOUNT_USER)


class Right(Enum):
    """Something that a role may allow."""

    EDIT_ACCOUNT_PROPERTIES = "edit Smart Account properties"
    VIEW_USERS = "view users"
    EDIT_USERS = "add and edit users"
    EDIT_VIRTUAL_ACCOUNTS = "add and edit Virtual Accounts"
    VIEW_AGREEMENTS = "view agreements"
    ACCEPT_AGREEMENTS = "accept agreements"
    VIEW_EVENT_LOG = "view event logs"
    MANAGE_LICENSES = "perform license management activities"


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.ACCOUNT_APPROVER: frozenset(
        {
            Right.EDIT_ACCOUNT_PROPERTIES,
            Right.VIEW_USERS,
            Right.VIEW_AGREEMENTS,  # who accepts them has read them
            Right.ACCEPT_AGREEMENTS,
            Right.VIEW_EVENT_LOG,
        }
    ),
    Role.ACCOUNT_ADMINISTRATOR: frozenset(Right),
    Role.ACCOUNT_USER: frozenset({Right.MANAGE_LICENSES}),
    Role.VIRTUAL_ACCOUNT_ADMINISTRATOR: frozenset(
        {
            Right.VIEW_USERS,  # who edits them sees them
            Right.EDIT_USERS,
            Right.VIEW_EVENT_LOG,
            Right.VIEW_AGREEMENTS,
            Right.MANAGE_LICENSES,
        }
    ),
    Role.VIRTUAL_ACCOUNT_USER: frozenset({Right.MANAGE_LICENSES}),
}

ACCOUNT_WIDE: Final = frozenset(
    {
        Right.EDIT_ACCOUNT_PROPERTIES,
        Right.EDIT_VIRTUAL_ACCOUNTS,
        Right.ACCEPT_AGREEMENTS,
    }
)
"""Rights that no role over a virtual account can give; ``VIEW_AGREEMENTS`` is of the account, but any role gives it."""
