"""The XML around every licensing file: read within bounds, without entities, and written as devices write it.

Source: reference/reports.md sections 1.1, 2 to 5 (root ``smartLicense``, one element per document, JSON inside). What
comes in was made elsewhere, so nothing is expanded: a document type is refused, size, depth and the number of elements
are limited.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from nornir_smartlic.errors import FileRejected

ROOT: Final = "smartLicense"
MAXIMUM_CHARACTERS: Final = 64 * 1024 * 1024  # a thousand reports are about 2 MB
MAXIMUM_ELEMENTS: Final = 100_000  # a report is one; an empty element is four characters, and an object for each
_MAXIMUM_DEPTH: Final = 8
_MOST_NAMED: Final = 5


@dataclass(slots=True)
class Element:
    """One XML element; ``text`` is its own character data, CDATA included, as it stands."""

    name: str
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def child(self, name: str) -> Element | None:
        """The first child called *name*, ``None`` where there is none."""
        return next((child for child in self.children if child.name == name), None)


def read_envelope(text: str) -> Element:
    """The root element of *text*; an XML declaration, a byte order mark and white space may come before it.

    Raises:
        FileRejected: not XML, too large, too deep, with too many elements, or with a document type.
    """
    if len(text) > MAXIMUM_CHARACTERS:
        raise FileRejected(f"the file has {len(text)} characters - expected at most {MAXIMUM_CHARACTERS}")
    text = text.lstrip("\ufeff \t\r\n")
    if not text:
        raise FileRejected("the file is empty - expected an XML element such as <smartLicense>")
    if not text.startswith("<"):
        raise FileRejected(f"the file starts with {_shown(text)} - expected an XML element such as <smartLicense>")
    top = Element("")
    open_elements = [top]
    pieces: list[list[str]] = [[]]
    count = 0

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MAXIMUM_ELEMENTS:
            raise FileRejected(f"the file has more than {MAXIMUM_ELEMENTS} elements")
        if len(open_elements) > _MAXIMUM_DEPTH:
            raise FileRejected(f"<{name}> is nested deeper than {_MAXIMUM_DEPTH} elements")
        element = Element(name)
        open_elements[-1].children.append(element)
        open_elements.append(element)
        pieces.append([])

    def end(_name: str) -> None:
        open_elements.pop().text = "".join(pieces.pop())

    def document_type(*_arguments: object) -> None:
        raise FileRejected("the file has a document type (<!DOCTYPE ...>) - expected none")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda data: pieces[-1].append(data)
    parser.StartDoctypeDeclHandler = document_type
    try:
        parser.Parse(_without_declared_encoding(text), True)
    except expat.ExpatError as error:
        raise FileRejected(
            f"line {error.lineno} column {error.offset + 1}: not XML ({expat.ErrorString(error.code)})"
        ) from None
    except UnicodeEncodeError:
        raise FileRejected("the file has characters that are not text") from None
    return top.children[0]


def names_of(element: Element) -> str:
    """What is in *element*, for messages: the first names, once each."""
    names = list(dict.fromkeys(f"<{child.name[:40]}>" for child in element.children))
    return ", ".join([*names[:_MOST_NAMED], *(["..."] if names[_MOST_NAMED:] else [])]) or "nothing"


def read_json(text: str, where: str) -> Any:
    """The JSON value in *text*; raises `FileRejected` that names *where*."""
    try:
        return json.loads(text)
    except RecursionError:
        raise FileRejected(f"{where}: JSON nested too deep") from None
    except ValueError as error:
        problem = str(error).split(":")[0] if isinstance(error, json.JSONDecodeError) else "not JSON"
        raise FileRejected(f"{where}: {_shown(text.strip())} - expected JSON ({problem})") from None


def read_object(text: str, where: str) -> dict[str, Any]:
    """The JSON object in *text*; raises `FileRejected`."""
    value = read_json(text, where)
    if not isinstance(value, dict):
        raise FileRejected(f"{where}: a JSON {type(value).__name__} - expected an object")
    return value


def read_data(element: Element) -> Any:
    """The JSON value of ``<data>`` inside *element*; raises `FileRejected`."""
    data = element.child("data")
    if data is None:
        raise FileRejected(f"<{element.name}> has no <data>")
    return read_json(data.text, f"<{element.name}><data>")


def compact_json(value: object) -> str:
    """JSON without blanks, as devices write it; ``&``, ``<``, ``>`` escaped, so that it can stand in XML as it is."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def render_data(name: str, value: object) -> str:
    """``<name><data>JSON</data></name>``."""
    return f"<{name}><data>{compact_json(value)}</data></{name}>"


def render_envelope(elements: Iterable[str]) -> str:
    """A whole file, one element a line. The line breaks are inferred: reference/reports.md section 1.1."""
    return "\n".join([f"<{ROOT}>", *elements, f"</{ROOT}>", ""])


def _without_declared_encoding(text: str) -> str:
    # The text is decoded already; a declaration that names another encoding would make expat decode it twice.
    if text.startswith("<?xml"):
        end = text.find("?>")
        return text[end + 2 :].lstrip() if end >= 0 else text
    return text


def _shown(text: str) -> str:
    line = text.splitlines()[0] if text else ""
    return repr(line[:40] + "..." if len(line) > 40 else line)
