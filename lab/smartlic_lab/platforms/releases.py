"""Releases of IOS-XE: their version, Smart Agent, and what show version says of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from smartlic_lab.platforms.documents import Document, Evidence, PlatformError, read_documents


@dataclass(frozen=True, slots=True)
class Release:
    """One release, as a topology names it (``17.12``)."""

    name: str
    version: tuple[int, int, int]  # (17, 12, 4)
    suffix: str  # "a" of 17.3.4a
    codename: str  # [Dublin]
    build: str  # fc3
    compiled: str  # Tue 23-Jul-24 09:36
    agent_version: str  # 5.10.3_rel/9
    slp: bool  # Smart Licensing Using Policy; False: registration
    licensing_status: str  # the line of show version
    evidence: Evidence
    source: str
    aliases: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """``17.12.4``"""
        return ".".join(str(part) for part in self.version) + self.suffix

    @property
    def long_number(self) -> str:
        """``17.12.04``, as image names and reports have it."""
        return f"{self.version[0]}.{self.version[1]:02}.{self.version[2]:02}{self.suffix}"

    @property
    def year(self) -> int:
        """The year of the build, for the copyright lines."""
        return 2000 + int(self.compiled.split()[1].rsplit("-", 1)[1])

    @property
    def agent_number(self) -> tuple[int, ...]:
        """``(5, 10, 3)``"""
        return tuple(int(part) for part in self.agent_version.split("_")[0].split("/")[0].split("."))


def _read(document: Document) -> Release:
    version = document.take("version", str)
    digits = version.rstrip("abcdefghijklmnopqrstuvwxyz")
    parts = [int(part) for part in digits.split(".")]
    built = Release(
        name=document.take("name", str),
        version=(parts[0], parts[1], parts[2]),
        suffix=version[len(digits) :],
        codename=document.take("codename", str),
        build=document.take("build", str),
        compiled=document.take("compiled", str),
        agent_version=document.take("agent", str),
        slp=document.take("slp", bool, True),
        licensing_status=document.take("licensing_status", str, "Smart Licensing Using Policy"),
        evidence=Evidence.of(document.take("evidence", str)),
        source=document.take("source", str),
        aliases=tuple(document.take("aliases", list, [])),
    )
    document.done()
    return built


@cache
def releases() -> dict[str, Release]:
    """All releases by name, oldest first."""
    found = sorted((_read(document) for document in read_documents("releases")), key=lambda release: release.version)
    return {release.name: release for release in found}


def release(name: str) -> Release:
    """The release called *name*: ``17.12``, or its full number; raises `PlatformError`."""
    known = releases()
    for candidate in known.values():
        if name in (candidate.name, candidate.number, candidate.long_number, *candidate.aliases):
            return candidate
    raise PlatformError(f"release {name!r} - expected one of {', '.join(known)}")
