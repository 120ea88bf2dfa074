"""``rpc-error``: what a NETCONF server says when it refuses. Source: RFC 6241 section 4.3 and appendix A."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element

from smartlic_lab.device.yang.markup import BASE, element

_XML_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"


class RpcError(Exception):
    """A request that is refused; nothing has changed.

    Args:
        tag: ``unknown-element``, ``invalid-value``, ... of RFC 6241.
        layer: ``transport``, ``rpc``, ``protocol`` or ``application``.
        path: the node that is meant.
        info: what stands in ``error-info``, name and text.
    """

    def __init__(
        self, tag: str, message: str, *, layer: str = "application", path: str | None = None, **info: str
    ) -> None:
        super().__init__(message)
        self.tag = tag
        self.message = message
        self.layer = layer
        self.path = path
        self.info = {name.replace("_", "-"): text for name, text in info.items()}

    def element(self) -> Element:
        """The error as it stands in a reply."""
        found = element(BASE, "rpc-error")
        element(BASE, "error-type", self.layer, parent=found)
        element(BASE, "error-tag", self.tag, parent=found)
        element(BASE, "error-severity", "error", parent=found)
        if self.path is not None:
            element(BASE, "error-path", self.path, parent=found)
        message = element(BASE, "error-message", self.message, parent=found)
        message.set(_XML_LANGUAGE, "en")
        if self.info:
            info = element(BASE, "error-info", parent=found)
            for name, text in self.info.items():
                element(BASE, name, text, parent=info)
        return found
