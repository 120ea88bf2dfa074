"""Tokens for ``smartlic trust`` and ``legacy register``: where they come from, and one use counted for each device."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final

from nornir_smartlic.errors import UsageError
from nornir_smartlic.model import Secret

TOKEN_VARIABLE: Final = "SMARTLIC_TOKEN"  # noqa: S105  the name of a variable


class TokenExhausted(UsageError):
    """No token with a use left for this device."""


@dataclass(slots=True)
class Token:
    """A token, the virtual account that it leads to, and how many devices may still use it."""

    secret: Secret
    virtual_account: str | None = None  # None: for any device
    uses: int | None = None  # None: not limited, as far as we know
    taken: int = 0

    @property
    def has_use_left(self) -> bool:
        return self.uses is None or self.taken < self.uses


@dataclass(slots=True)
class TokenWallet:
    """Tokens to give out, one use for each device; devices are served from several threads."""

    tokens: Sequence[Token]
    _lock: Lock = field(default_factory=Lock)

    def take(self, virtual_account: str | None) -> Secret:
        """A token for a device of *virtual_account*: one made for it, else one that is for any.

        Raises:
            TokenExhausted: there is none, or none with a use left.
        """
        with self._lock:
            fitting = self._fitting(virtual_account)
            token = next((token for token in fitting if token.has_use_left), None)
            if token is None:
                where = f"virtual account {virtual_account}" if virtual_account else "this device"
                if not fitting:
                    raise TokenExhausted(f"no token for {where}: those given are for other virtual accounts")
                uses = sum(token.uses or 0 for token in fitting)
                raise TokenExhausted(f"no use of a token left for {where}: all {uses} are taken by other devices")
            token.taken += 1
            return token.secret

    def _fitting(self, virtual_account: str | None) -> list[Token]:
        own = [token for token in self.tokens if virtual_account and token.virtual_account == virtual_account]
        return own or [token for token in self.tokens if token.virtual_account is None]

    def give_back(self, secret: Secret) -> None:
        """The device did not use it after all."""
        with self._lock:
            for token in self.tokens:
                if token.secret == secret and token.taken:
                    token.taken -= 1
                    return

    def secrets(self) -> tuple[Secret, ...]:
        """All of them, to be hidden in what is printed."""
        return tuple(token.secret for token in self.tokens)


def tokens_of_file(path: Path) -> list[Token]:
    """The tokens in a file: one token for all devices alone on a line, or YAML::

        tokens:
          - {token: ..., virtual_account: Branches, uses: 5}

    Raises:
        UsageError: it cannot be read, or is neither of the two. What it holds is not shown.
    """
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file"
        raise UsageError(f"token file {path}: {reason}") from None
    return tokens_of_text(text, f"token file {path}")


def tokens_of_text(text: str, name: str) -> list[Token]:
    """The tokens in *text*, which errors call *name*."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise UsageError(f"{name}: empty - expected a token")
    if all(len(line.split()) == 1 and not line.endswith(":") for line in lines):
        return [Token(Secret(line)) for line in lines]
    return _structured(text, name)


def _structured(text: str, name: str) -> list[Token]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe").load(text)
    except YAMLError:
        data = None  # the error would quote the text
    entries = data.get("tokens") if isinstance(data, Mapping) else data
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"{name}: expected one token on a line, or YAML with a list 'tokens'")
    return [_entry(entry, f"{name}: tokens[{number}]") for number, entry in enumerate(entries)]


def _entry(entry: Any, where: str) -> Token:
    if isinstance(entry, str) and entry.strip():
        return Token(Secret(entry.strip()))
    if not isinstance(entry, Mapping):
        raise UsageError(f"{where}: expected a token, or a mapping with 'token'")
    unknown = sorted(str(key) for key in entry if key not in ("token", "virtual_account", "uses"))
    if unknown:
        raise UsageError(f"{where}: unknown key {unknown[0]!r} - expected token, virtual_account, uses")
    token, uses = entry.get("token"), entry.get("uses")
    if not isinstance(token, str) or not token.strip():
        raise UsageError(f"{where}: no token in it")
    if uses is not None and (not isinstance(uses, int) or isinstance(uses, bool) or uses < 1):
        raise UsageError(f"{where}.uses: expected a number from 1 on")
    account = entry.get("virtual_account")
    return Token(Secret(token.strip()), str(account) if account is not None else None, uses)


def wallet_of(file: Path | None, variable: str | None, *, standard_input: bool, uses: int | None = None) -> TokenWallet:
    """The tokens from the one place that was named; without one, from the variable ``SMARTLIC_TOKEN``.

    *uses* is the number of uses that each has which does not tell its own.

    Raises:
        UsageError: none or several places were named, or there is no token in it.
    """
    if sum((file is not None, variable is not None, standard_input)) > 1:
        raise UsageError("one source of tokens only: --token-file, --token-env or --token-stdin")
    if file is not None:
        tokens = tokens_of_file(file)
    elif standard_input:
        tokens = tokens_of_text(sys.stdin.read(), "standard input")
    else:
        name = variable or TOKEN_VARIABLE
        text = os.environ.get(name)
        if not text or not text.strip():
            raise UsageError(f"no token: set {name}, or give --token-file FILE or --token-stdin")
        tokens = tokens_of_text(text, f"variable {name}")
    for token in tokens:
        token.uses = token.uses if token.uses is not None else uses
    return TokenWallet(tokens)
