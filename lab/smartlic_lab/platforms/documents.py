"""Reading the YAML files of this package into values, each checked by pydantic against the type that it fills."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from importlib import resources
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from ruamel.yaml import YAML

from nornir_smartlic.errors import SmartLicError

T = TypeVar("T")
SHAPE: Final = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
"""What holds for every value of a data file: a key that its type has not is a mistake."""


class PlatformError(SmartLicError):
    """A family or release that does not exist, or its data file is not what it should be."""


class Evidence(Enum):
    """How well a fact is known."""

    VERIFIED = "verified by a capture"
    INFERRED = "inferred"
    UNVERIFIED = "unverified"


def _evidence(word: Any) -> Any:
    return Evidence.__members__.get(str(word).upper(), word)


def version_of(text: Any) -> Any:
    """``17.12.4`` as numbers; what is no text is left to the type."""
    return tuple(int(part) for part in text.split(".")) if isinstance(text, str) else text


Known = Annotated[Evidence, BeforeValidator(_evidence)]
"""An `Evidence`, which files name with one word: ``verified``."""
Version = Annotated[tuple[int, ...], BeforeValidator(version_of)]
"""A release's number, which files write as ``17.12.4``."""


def checked(where: str, data: Any, shape: TypeAdapter[T]) -> T:
    """*data* as the value that *shape* builds; raises `PlatformError` with the key that is wrong."""
    try:
        return shape.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        *path, key = first["loc"] or ("",)
        place = ": ".join([where, *map(str, path)])
        match first["type"]:
            case "missing":
                text = f"{place}: no {key!r}"
            case "unexpected_keyword_argument" | "extra_forbidden":
                text = f"{place}: unknown key {key!r}"
            case _:
                text = f"{place}: {key}: {first['input']!r} - {first['msg']}"
        raise PlatformError(text) from error


def read_documents(folder: str) -> Iterator[tuple[str, Any]]:
    """The names and contents of the YAML files of *folder* in this package, in order of their names."""
    yaml = YAML(typ="safe")
    for entry in sorted(resources.files(__package__).joinpath(folder).iterdir(), key=lambda file: file.name):
        if entry.name.endswith(".yaml"):
            yield entry.name, yaml.load(entry.read_text(encoding="utf-8"))
