"""SCP, as bytes that go and come: IOS-XE serves SCP (``ip scp server enable``) and no SFTP.

A file never touches a disk here, and its size is known, and checked, before its first byte is read. The generators
yield what is sent (it may be nothing) and are sent what came, ``b""`` at the end; a door carries the bytes.

Source: the rcp protocol as OpenSSH's scp.c speaks it; ``C0644 SIZE NAME``, then the bytes, a zero byte between.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final, TypeAlias, TypeVar

from nornir_smartlic.errors import TooLarge

T = TypeVar("T")
Transfer: TypeAlias = Generator[bytes, bytes, T]
CHUNK: Final = 65536
_LONGEST_LINE: Final = 1024
_OK: Final = b"\0"


class CopyRefused(Exception):
    """The device speaks no SCP, or did not take this copy; the text is one line."""


def fetching(path: str, most: int) -> Transfer[bytes]:
    """The file at *path*, of at most *most* bytes; the command is ``scp -f PATH``.

    Raises:
        CopyRefused: no SCP there, or no such file.
        TooLarge: the file is larger.
    """
    came = yield from _until_line(_OK)
    line, _, rest = came.partition(b"\n")
    found = re.fullmatch(rb"C[0-7]{3,5} (\d{1,19}) [^\n]+", line)
    if found is None:
        raise CopyRefused(_reason(line))
    size = int(found[1])
    if size > most:
        raise TooLarge(f"{path} has {size} bytes, more than {most} (limit file_mb)")
    data = bytearray(rest)
    out = _OK
    while len(data) <= size:  # the file, and a byte that says whether it could be read
        came = yield out
        out = b""
        if not came:
            raise CopyRefused(f"it ended after {len(data)} of {size} bytes")
        data += came
    if data[size : size + 1] != _OK:
        raise CopyRefused(_reason(bytes(data[size:])))
    return bytes(data[:size])


def putting(path: str, data: bytes) -> Transfer[None]:
    """Write *data* to *path*; the command is ``scp -t PATH``.

    Raises:
        CopyRefused: no SCP there, or the file system did not take it.
    """
    name = path.rpartition(":")[2].rpartition("/")[2] or "file"
    for out in (b"", f"C0644 {len(data)} {name}\n".encode(), data + _OK):
        came = yield out
        while not came:
            raise CopyRefused("it ended before the file was taken")
        if came[:1] != _OK:
            raise CopyRefused(_reason(came))


def _until_line(out: bytes) -> Transfer[bytes]:
    came = b""
    while b"\n" not in came and len(came) < _LONGEST_LINE:
        more = yield out
        out = b""
        if not more:
            break
        came += more
    return came


def _reason(line: bytes) -> str:
    text = line[:_LONGEST_LINE].lstrip(b"\1\2").partition(b"\n")[0].decode(errors="replace")
    clean = " ".join("".join(each for each in text if each.isprintable()).split())
    return clean or "it speaks no SCP"
