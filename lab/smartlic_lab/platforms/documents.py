"""Reading the YAML files of this package: every key is asked for by name, and an unknown one is a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from importlib import resources
from typing import Any, Final, TypeVar

from ruamel.yaml import YAML

from nornir_smartlic.errors import SmartLicError

_REQUIRED: Final = object()
T = TypeVar("T")


class PlatformError(SmartLicError):
    """A family or release that does not exist, or its data file is not what it should be."""


class Evidence(Enum):
    """How well a fact is known."""

    VERIFIED = "verified by a capture"
    INFERRED = "inferred"
    RECALLED = "recalled"

    @classmethod
    def of(cls, word: str) -> Evidence:
        """The evidence that a data file names with one word."""
        return cls[word.upper()]


class Document:
    """A mapping of a data file, taken apart key by key; `done` refuses what nobody took."""

    def __init__(self, where: str, data: Any) -> None:
        if not isinstance(data, dict):
            raise PlatformError(f"{where}: {data!r} - expected a mapping")
        self._where = where
        self._rest = dict(data)

    def take(self, key: str, kind: type[T], default: Any = _REQUIRED) -> T:
        """The value of *key*, of type *kind*."""
        value = self._rest.pop(key, default)
        if value is _REQUIRED:
            raise PlatformError(f"{self._where}: no {key!r}")
        if value is not default and not isinstance(value, kind):
            raise PlatformError(f"{self._where}: {key}: {value!r} - expected {kind.__name__}")
        return value  # type: ignore[no-any-return]  # checked just above

    def part(self, key: str) -> Document:
        """The mapping under *key*; empty where there is none."""
        return Document(f"{self._where}: {key}", self._rest.pop(key, {}))

    def parts(self, key: str) -> Iterator[Document]:
        """The mappings of the list under *key*."""
        for number, item in enumerate(self._rest.pop(key, ()), 1):
            yield Document(f"{self._where}: {key} {number}", item)

    def named_parts(self, key: str) -> Iterator[tuple[str, Document]]:
        """The mappings under the names under *key*."""
        for name, item in self._rest.pop(key, {}).items():
            yield str(name), Document(f"{self._where}: {key}: {name}", item if item is not None else {})

    def rest(self) -> dict[str, Any]:
        """All that was not taken yet."""
        rest, self._rest = self._rest, {}
        return rest

    def done(self) -> None:
        """Raise `PlatformError` where a key was not taken."""
        if self._rest:
            raise PlatformError(f"{self._where}: unknown key {next(iter(self._rest))!r}")


def read_documents(folder: str) -> Iterator[Document]:
    """The YAML files of *folder* in this package, in order of their names."""
    yaml = YAML(typ="safe")
    for entry in sorted(resources.files(__package__).joinpath(folder).iterdir(), key=lambda file: file.name):
        if entry.name.endswith(".yaml"):
            yield Document(entry.name, yaml.load(entry.read_text(encoding="utf-8")))
