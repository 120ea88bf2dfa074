"""How the lab's CSSM and its devices know each other's signatures: ours, real keys are not public.

A device signs a report with `report_key`, CSSM checks it with the same; CSSM signs documents with `CSSM_KEY`, and a
device refuses a document that is not signed so (agent error 45, ``Signature Verification failed``).
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from nornir_smartlic.model import Udi

CSSM_KEY: Final = "lab CSSM"


def report_key(software_id: str, udi: Udi) -> str:
    """The key of the ``builtin`` signing type for one product instance."""
    return f"{software_id} {udi}"


_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RETURN_CODE: Final = re.compile(r"(?:[1-9A-HJ-NP-Za-km-z]{6}-){8}[1-9A-HJ-NP-Za-km-z]{3}")


def return_code(udi: Udi, seed: str) -> str:
    """What a device prints when it gives a code back: groups of six of base58, the last of three.

    Source: capture license-smart-reservation (the form); reference/cli.md section 3 (base58 with a check). That the
    last group is the check, and that it is of the device too, is ours.
    """
    body = _base58(f"{udi} {seed}", 48)
    return "-".join([*(body[at : at + 6] for at in range(0, 48, 6)), _base58(f"{udi} {body}", 3)])


def is_return_code(udi: Udi, text: str) -> bool:
    """Whether *text* is a return code that the device *udi* printed."""
    if _RETURN_CODE.fullmatch(text) is None:
        return False
    body = text.replace("-", "")[:48]
    return text[-3:] == _base58(f"{udi} {body}", 3)


def _base58(seed: str, length: int) -> str:
    number = int.from_bytes(hashlib.sha512(seed.encode()).digest(), "big")
    text = ""
    for _ in range(length):
        number, digit = divmod(number, 58)
        text += _BASE58[digit]
    return text
