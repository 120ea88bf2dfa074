"""XML in and out: a reader that takes no document types and no entities, and a writer of default namespaces."""

from __future__ import annotations

from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, TreeBuilder
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

BASE: Final = "urn:ietf:params:xml:ns:netconf:base:1.0"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_MAX_DEPTH: Final = 100


class MarkupError(Exception):
    """Text that is no XML, or XML that a server does not read."""


def element(namespace: str, name: str, text: str | None = None, *, parent: Element | None = None) -> Element:
    """A new element, at the end of *parent* if there is one."""
    tag = f"{{{namespace}}}{name}"
    found = Element(tag) if parent is None else SubElement(parent, tag)
    found.text = text
    return found


def split_tag(tag: str) -> tuple[str, str]:
    """Namespace (``""`` for none) and local name."""
    namespace, bracket, name = tag.rpartition("}")
    return (namespace[1:], name) if bracket else ("", tag)


def local(found: Element) -> str:
    """The name of an element without its namespace."""
    return split_tag(found.tag)[1]


def text_of(found: Element) -> str:
    """The text of an element, without blanks around it."""
    return (found.text or "").strip()


def parse_markup(text: str) -> Element:
    """The root element; raises `MarkupError`, also for a document type, which could hold entities."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    builder = TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise MarkupError(f"elements are nested more than {_MAX_DEPTH} deep")
        builder.start(_clark(tag), {_clark(name): value for name, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_clark(tag))

    def refuse(*_: Any) -> None:
        raise MarkupError("a document type is not allowed")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
        return builder.close()
    except expat.ExpatError as error:
        raise MarkupError(str(error)) from error


def _clark(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def render_markup(root: Element) -> str:
    """The document, with the XML declaration; namespaces are declared as defaults where they change."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(_rendered(root, ""))


def _rendered(found: Element, outer: str) -> list[str]:
    namespace, name = split_tag(found.tag)
    parts = [f"<{name}"]
    if namespace != outer:
        parts.append(f" xmlns={quoteattr(namespace)}")
    for number, (key, value) in enumerate(found.attrib.items()):
        space, attribute = split_tag(key)
        if space == _XML:
            parts.append(f" xml:{attribute}={quoteattr(value)}")
        elif space:
            parts.append(f" xmlns:a{number}={quoteattr(space)} a{number}:{attribute}={quoteattr(value)}")
        else:
            parts.append(f" {attribute}={quoteattr(value)}")
    if not len(found) and not found.text:
        return [*parts, "/>"]
    parts.append(f">{escape(found.text or '')}")
    for child in found:
        parts += _rendered(child, namespace)
    return [*parts, f"</{name}>"]
