"""``smartlic parse``: saved outputs to JSON."""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from nornir_smartlic.cli.failures import os_error
from nornir_smartlic.errors import ParseError, UsageError
from nornir_smartlic.outputs import ExitCode, plain
from nornir_smartlic.outputs.texts import clean_line
from nornir_smartlic.parsers import SavedOutput, full_name, parse_saved

LARGEST: Final = 128 * 2**20  # bytes of a file, unpacked
_STANDARD_INPUT: Final = "standard input"
_SHOWN: Final = 20  # lines of one output that are not understood
_GZIP: Final = b"\x1f\x8b"
_BINARY: Final = bytes(set(range(32)) - set(b"\0\a\b\t\n\v\f\r\x1b"))  # bytes that hardly stand in a text


def parse_files(paths: Sequence[Path], command: str | None, *, partial: bool = False) -> int:
    """Print one JSON list of what *paths* hold; what cannot be read is one line on standard error, others go on.

    Returns the exit code: 1 where some could not be read, 3 where none could.

    Raises:
        UsageError: a path does not exist, or *command* is not one that is read.
    """
    if command is not None:
        try:
            full_name(command)
        except ValueError as error:
            raise UsageError(f"--command: {error}") from None
    count = read = failures = 0
    for name, data in _files(paths):
        try:
            if isinstance(data, ParseError):
                raise data
            for output in parse_saved(name, decoded(name, data), command, partial=partial):
                sys.stdout.write(",\n" if count else "[\n")
                _write(entry_of(name, output))
                count += 1
                read += output.parsed is not None
                failures += output.parsed is None
                _warn(name, output)
        except ParseError as error:
            message = str(error)
            _say(message if message.startswith(name) else f"{name}: {message}")
            failures += 1
    sys.stdout.write("\n]\n" if count else "[]\n")
    if not failures:
        return int(ExitCode.DONE)
    return int(ExitCode.FINDINGS if read else ExitCode.FAILED)


def _write(entry: dict[str, object]) -> None:
    """*entry* as JSON, indented; a long list, as a log is, has a line per item, which takes a fifth of the time."""
    value = entry["value"]
    if not isinstance(value, list) or len(value) < _LONG:
        json.dump(entry, sys.stdout, indent=2)
        return
    frame = json.dumps({**entry, "value": _PLACE}, indent=2)
    before, after = frame.split(json.dumps(_PLACE), 1)
    sys.stdout.write(before)
    for number, item in enumerate(value):
        sys.stdout.write(",\n    " if number else "[\n    ")
        sys.stdout.write(json.dumps(item))
    sys.stdout.write("\n  ]" + after)


_LONG: Final = 100  # items
_PLACE: Final = "\0"  # of the list; no text of an entry has one


def entry_of(name: str, output: SavedOutput) -> dict[str, object]:
    """*output* of the file *name* as it stands in the JSON list."""
    parsed = output.parsed
    entry: dict[str, object] = {
        "file": name,
        "host": output.host,
        "command": output.command,
        "value": None if parsed is None else plain(parsed.value),
        "unparsed": [] if parsed is None else plain(parsed.unparsed),
    }
    if output.error is not None:
        entry["error"] = plain(str(output.error))
    if parsed is not None and parsed.missing:
        entry["missing"] = plain(parsed.missing)
    return entry


def _warn(name: str, output: SavedOutput) -> None:
    where = f"{name}: {output.host}" if output.host else name
    if output.error is not None:
        _say(f"{where}: {output.error}")
    if output.parsed is None:
        return
    unparsed = output.parsed.unparsed
    for line in unparsed[:_SHOWN]:
        _say(f"warning: {where}: {output.command}: a line that is not understood: {line!r}")
    if len(unparsed) > _SHOWN:
        _say(f"warning: {where}: {output.command}: {len(unparsed) - _SHOWN} more lines that are not understood")
    if output.parsed.missing:
        _say(f"warning: {where}: {output.command}: missing: {', '.join(output.parsed.missing)}")


def _say(message: str) -> None:
    print(f"smartlic: {clean_line(message)}", file=sys.stderr)


def _files(paths: Sequence[Path]) -> Iterator[tuple[str, bytes | ParseError]]:
    """Name and content of each file; those of a folder in order, hidden ones left out."""
    for path in paths:
        if str(path) != "-" and not path.exists():
            raise UsageError(os_error(FileNotFoundError(2, "No such file or directory", str(path))))
    for path in paths or [Path("-")]:
        if str(path) == "-":
            yield _STANDARD_INPUT, _standard_input()
        elif path.is_dir():
            for file in sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith(".")):
                yield str(file), _content(file)
        else:
            yield str(path), _content(path)


def _standard_input() -> bytes | ParseError:
    binary: BinaryIO | None = getattr(sys.stdin, "buffer", None)
    data = sys.stdin.read(LARGEST + 1).encode() if binary is None else binary.read(LARGEST + 1)
    return _sized(_STANDARD_INPUT, data)


def _content(file: Path) -> bytes | ParseError:
    try:
        with file.open("rb") as opened:
            return _sized(str(file), opened.read(LARGEST + 1))
    except OSError as error:
        return ParseError(str(file), error.strerror or "cannot be read")


def _sized(name: str, data: bytes) -> bytes | ParseError:
    if len(data) > LARGEST:
        return ParseError(name, f"it is larger than {LARGEST // 2**20} MB")
    return data


def decoded(name: str, data: bytes) -> str:
    """The text of a file: plain, packed by gzip, in UTF-8, in UTF-16 with or without a mark; NULs are left out.

    Raises:
        ParseError: it is no text, or too large once it is unpacked.
    """
    if data.startswith(_GZIP):
        data = _unpacked(name, data)
    beginning = data[:4096]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if len(beginning) > 1 and min(beginning[:100]) == 0:
        for encoding, zeros in (("utf-16-le", beginning[1::2]), ("utf-16-be", beginning[::2])):
            if zeros.count(0) > 0.9 * len(zeros):
                return data.decode(encoding, "replace")
    strange = len(beginning) - len(beginning.translate(None, _BINARY))
    if strange > 0.05 * len(beginning) or beginning.count(0) > 0.3 * len(beginning):
        raise ParseError(name, "it is no text")
    return data.decode("utf-8", "replace")


def _unpacked(name: str, data: bytes) -> bytes:
    found: list[bytes] = []
    size = 0
    while data.startswith(_GZIP):
        unpacking = zlib.decompressobj(wbits=31)
        try:
            found.append(unpacking.decompress(data, LARGEST + 1 - size))
        except zlib.error:
            raise ParseError(name, "it is no gzip file, or a part of one") from None
        size += len(found[-1])
        if size > LARGEST:
            raise ParseError(name, f"it is larger than {LARGEST // 2**20} MB once it is unpacked")
        if not unpacking.eof:
            raise ParseError(name, "it is a part of a gzip file")
        data = unpacking.unused_data
    return b"".join(found)
