"""Passwords as a configuration keeps them: type 9 (scrypt), as IOS-XE makes it."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import Final

_STANDARD: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_CISCO: Final = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TO_CISCO: Final = str.maketrans(_STANDARD, _CISCO)


@lru_cache(maxsize=4096)
def _scrypt(password: str, salt: str) -> str:
    digest = hashlib.scrypt(password.encode(), salt=salt.encode(), n=16384, r=1, p=1, dklen=32)
    return base64.b64encode(digest).decode().translate(_TO_CISCO).rstrip("=")


def hashed(password: str, owner: str) -> str:
    """``$9$salt$hash``. The salt comes from the owner's name: a lab is repeatable, and thousands of devices with the
    same user hash once."""
    salt = hashlib.sha256(owner.encode()).hexdigest()[:14]
    return f"$9${salt}${_scrypt(password, salt)}"


def matches(stored: str, password: str) -> bool:
    """Whether *password* is the one of the words that a configuration keeps: ``9 $9$...``, ``0 text`` or ``text``."""
    kind, _, rest = stored.partition(" ")
    if not rest:
        return stored == password
    if kind == "9" and rest.count("$") == 3:
        salt = rest.split("$")[2]
        return rest == f"$9${salt}${_scrypt(password, salt)}"
    return kind == "0" and rest == password
