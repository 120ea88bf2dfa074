"""Bundles: usage files of many devices in one upload to CSSM, and the ACK bundle that comes back.

Source: reference/reports.md section 1.3::

    UD_SA_<stamp>.tar.gz                    the upload
      manifest.mf
      UD_VA_<stamp>.tar.gz
         dev_<n>_<stamp>.txt                one <smartLicense> file per device
    (any name).tar.gz                       the answer
      ACK_UD_VA_<stamp>.tar.gz
         ACK_dev_<n>_<stamp>.txt
"""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nornir_smartlic.errors import FileRejected

MAXIMUM_BYTES: Final = 512 * 1024 * 1024  # unpacked, of all archives in one another
MAXIMUM_FILES: Final = 100_000
_ACK: Final = "ACK_"
_MANIFEST: Final = "manifest.mf"


@dataclass(frozen=True, slots=True)
class BundledFile:
    """One device's file; ``name`` has no folder."""

    name: str
    content: bytes

    @property
    def number(self) -> str | None:
        """The ``n`` of ``dev_<n>_...`` and ``ACK_dev_<n>_...``, by which an ACK finds its usage file."""
        found = re.match(r"(?:ACK_)?dev_([^_]+)_", self.name)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Usage files on their way to CSSM, or (``is_ack``) ACK files on their way back."""

    stamp: str
    files: tuple[BundledFile, ...]
    is_ack: bool = False
    created_by: str | None = None  # a uuid
    smart_account: str | None = None
    smart_account_id: str | None = None
    virtual_account: str | None = None
    virtual_account_id: str | None = None

    @property
    def name(self) -> str:
        """The usual name of this bundle's file."""
        return f"{_ACK if self.is_ack else ''}UD_SA_{self.stamp}.tar.gz"


class Budget:
    """What may still be unpacked: one for all archives of a command or an upload, however they lie in each other."""

    def __init__(self, most_bytes: int = MAXIMUM_BYTES, most_files: int = MAXIMUM_FILES) -> None:
        self.most_bytes, self.most_files = most_bytes, most_files
        self.bytes_left, self.files_left = most_bytes, most_files

    def unpacked(self, size: int) -> None:
        """Count *size* bytes that were unpacked."""
        self.bytes_left -= size

    def file(self, where: str) -> None:
        """Count a member; raises `FileRejected` where there are too many."""
        self.files_left -= 1
        if self.files_left < 0:
            raise FileRejected(f"{where} has more than {self.most_files} files, with the archives around it")


def usage_bundle(
    contents: Sequence[str],
    *,
    stamp: str,
    created_by: str,
    smart_account: str | None = None,
    virtual_account: str | None = None,
) -> Bundle:
    """A bundle of usage files, numbered from 1 in the order given."""
    files = tuple(BundledFile(f"dev_{n}_{stamp}.txt", text.encode()) for n, text in enumerate(contents, 1))
    return Bundle(stamp, files, created_by=created_by, smart_account=smart_account, virtual_account=virtual_account)


def ack_bundle(bundle: Bundle, answers: Mapping[str, str]) -> Bundle:
    """The ACK bundle to *bundle*: *answers* has a file's name in it and the text of its ACK."""
    files = tuple(BundledFile(f"{_ACK}{f.name}", answers[f.name].encode()) for f in bundle.files if f.name in answers)
    return Bundle(bundle.stamp, files, is_ack=True)


def write_bundle(bundle: Bundle) -> bytes:
    """The bytes of *bundle*; the same bundle gives the same bytes."""
    inner = _archive((file.name, file.content) for file in bundle.files)
    prefix = _ACK if bundle.is_ack else ""
    outer = [(f"{prefix}UD_VA_{bundle.stamp}.tar.gz", inner)]
    if not bundle.is_ack:
        outer.insert(0, (_MANIFEST, _manifest(bundle).encode()))
    return _archive(outer)


def read_bundle(data: bytes, budget: Budget | None = None) -> Bundle:
    """The bundle in *data*, a usage bundle or an ACK bundle; nothing is unpacked to disk.

    *budget* is what all bundles of one command share.

    Raises:
        FileRejected: not such an archive, larger than the budget, or with members that are larger than they are stored.
    """
    budget = budget or Budget()
    outer = _members(data, "the bundle", budget)
    manifest = next((file for file in outer if file.name == _MANIFEST), None)
    inner = [file for file in outer if re.fullmatch(r"(ACK_)?UD_VA_.*\.tar\.gz", file.name)]
    if not inner:
        found = ", ".join(file.name for file in outer[:5]) or "nothing"
        raise FileRejected(f"the bundle has {found} - expected UD_VA_*.tar.gz or ACK_UD_VA_*.tar.gz")
    files = tuple(file for archive in inner for file in _members(archive.content, archive.name, budget))
    is_ack = inner[0].name.startswith(_ACK)
    values = {} if manifest is None else _manifest_values(manifest.content.decode(errors="replace"))
    return Bundle(
        stamp=inner[0].name.removeprefix(_ACK).removeprefix("UD_VA_").removesuffix(".tar.gz"),
        files=files,
        is_ack=is_ack,
        created_by=_uuid(values.get("Created-By")),
        smart_account=values.get("Smart-Account") or None,
        smart_account_id=values.get("Smart-Account-ID") or None,
        virtual_account=values.get("Specification-VA") or None,
        virtual_account_id=values.get("Specification-VA-ID") or None,
    )


def _archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def _members(data: bytes, where: str, budget: Budget) -> list[BundledFile]:
    unpacked = _gunzip(data, where, budget)
    files: list[BundledFile] = []
    try:
        with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as archive:
            for entry in archive:
                budget.file(where)
                if entry.issparse():  # a few bytes that stand for gigabytes, and nothing that any bundle has
                    raise FileRejected(f"{where} has a sparse file, which no bundle has")
                if entry.size > len(unpacked):
                    raise FileRejected(f"{where} is cut off")
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is not None:  # folders and links carry nothing
                    files.append(BundledFile(entry.name.rsplit("/", 1)[-1], content.read()))
    except (tarfile.TarError, ValueError, OverflowError):
        raise FileRejected(f"{where} is not a tar archive") from None
    return files


def _gunzip(data: bytes, where: str, budget: Budget) -> bytes:
    stream = zlib.decompressobj(wbits=31)  # gzip
    try:
        unpacked = stream.decompress(data, max(budget.bytes_left, 0) + 1)
    except zlib.error:
        raise FileRejected(f"{where} is not gzip data") from None
    budget.unpacked(len(unpacked))
    if budget.bytes_left < 0:
        raise FileRejected(f"{where} unpacks to more than {budget.most_bytes} bytes, with the archives around it")
    if not stream.eof:
        raise FileRejected(f"{where} is cut off")
    return unpacked


def _manifest(bundle: Bundle) -> str:
    created_by = json.dumps(json.dumps({"uuid": bundle.created_by or ""}))
    return "\n".join(
        [
            "Manifest-Version: 1.0",
            f"Created-By: {created_by}",
            f"Smart-Account: {bundle.smart_account or ''}",
            f"Smart-Account-ID: {bundle.smart_account_id or ''}",
            "",
            f"Name: /UD_VA_{bundle.stamp}.ta.gz",  # sic, as in the sample of the source
            f"Specification-VA: {bundle.virtual_account or ''}",
            f"Specification-VA-ID: {bundle.virtual_account_id or ''}",
            "",
        ]
    )


def _manifest_values(text: str) -> dict[str, str]:
    return {key: value.strip() for key, colon, value in (line.partition(":") for line in text.splitlines()) if colon}


def _uuid(created_by: str | None) -> str | None:
    try:
        return str(json.loads(json.loads(created_by))["uuid"]) or None if created_by else None
    except (ValueError, KeyError, TypeError):
        return None
