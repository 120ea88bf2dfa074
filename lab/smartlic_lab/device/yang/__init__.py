"""NETCONF and the YANG models of licensing, without I/O: one more way to the lines and events that the CLI has."""

from smartlic_lab.device.yang.server import NetconfServer, NetconfSession

__all__ = ["NetconfServer", "NetconfSession"]
