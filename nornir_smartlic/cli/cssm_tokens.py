"""Tokens for one run of ``trust`` or ``legacy register``, made on CSSM for as many devices as need one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from nornir_smartlic.cli.tokens import Token, TokenWallet
from nornir_smartlic.cssm import CssmClient, SmartAccount
from nornir_smartlic.errors import CssmError

VALID_DAYS = 1


@dataclass(slots=True)
class CssmTokens:
    """A context manager: what it made is revoked at the end, whatever happened. Trust that was given stays."""

    client: CssmClient
    account: SmartAccount
    purpose: str = "smartlic trust"  # its description in CSSM
    _made: list[Token] = field(default_factory=list)

    def __enter__(self) -> CssmTokens:
        return self

    def __exit__(self, *exception: object) -> None:
        for token in self._made:
            try:
                self.client.revoke_tokens(self.account.domain, token.virtual_account or "", [token.secret])
            except CssmError as error:
                print(
                    f"smartlic: warning: a token of {token.virtual_account} is valid for a day more: {error}",
                    file=sys.stderr,
                )

    def wallet_for(self, needed: Mapping[str | None, int]) -> TokenWallet:
        """A token for each virtual account in *needed*, with as many uses as devices need.

        Devices whose virtual account the inventory does not name get none.
        """
        for name, count in needed.items():
            if name is None:
                continue
            made = self.client.create_token(
                self.account.domain,
                name,
                expires_after_days=VALID_DAYS,
                description=self.purpose,
                max_uses=count,
            )
            self._made.append(Token(made.token, name, count))
        return TokenWallet(tuple(self._made))
