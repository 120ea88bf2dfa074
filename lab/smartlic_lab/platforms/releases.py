"""Releases of IOS-XE: their version, Smart Agent, and what show version says of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter

from smartlic_lab.platforms.documents import SHAPE, Known, PlatformError, checked, read_documents, version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release, as a topology names it (``17.12``)."""

    __pydantic_config__: ClassVar[ConfigDict] = SHAPE

    name: str
    version: Annotated[tuple[int, int, int], BeforeValidator(version_of)]  # 17.12.4
    suffix: str = ""  # "a" of 17.3.4a
    codename: str  # [Dublin]
    build: str  # fc3
    compiled: str  # Tue 23-Jul-24 09:36
    agent_version: Annotated[str, Field(alias="agent")]  # 5.10.3_rel/9
    slp: bool = True  # Smart Licensing Using Policy; False: registration
    licensing_status: str = "Smart Licensing Using Policy"  # the line of show version
    evidence: Known
    source: str
    aliases: tuple[str, ...] = ()

    @property
    def command_version(self) -> tuple[int, int, int]:
        """The version whose commands it knows: under registration those of 17.3.1, whatever the number is."""
        return self.version if self.slp else min(self.version, (17, 3, 1))

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


LEGACY_AGENT: Final = "4.8.5.4_rel/22"  # Source: the capture of a CSR1000V, show license all
_RELEASE: TypeAdapter[Release] = TypeAdapter(Release)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def read_release(where: str, data: Any) -> Release:
    """The release of one file; raises `PlatformError`."""
    if isinstance(data, dict) and isinstance(version := data.get("version"), str):
        digits = version.rstrip(_LETTERS)
        data = {**data, "version": digits, "suffix": version[len(digits) :]}
    return checked(where, data, _RELEASE)


@cache
def releases() -> dict[str, Release]:
    """All releases by name, oldest first."""
    found = [read_release(*document) for document in read_documents("releases")]
    found.sort(key=lambda release: release.version)
    return {release.name: release for release in found}


def release(name: str) -> Release:
    """The release called *name*: ``17.12``, or its full number; raises `PlatformError`."""
    known = releases()
    for candidate in known.values():
        if name in (candidate.name, candidate.number, candidate.long_number, *candidate.aliases):
            return candidate
    raise PlatformError(f"release {name!r} - expected one of {', '.join(known)}")
