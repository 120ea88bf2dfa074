"""What devices and authorities stand in: the clock, the network, certificates, and what they say to each other."""

from smartlic_lab.world.world import (
    EMPTY,
    FAILED,
    FAULTS,
    NO_REPLY,
    UNCONNECTED,
    UNRESOLVED,
    UNTRUSTED,
    Neighbour,
    ServerCertificate,
    Site,
    Uplink,
    World,
    WorldError,
)

__all__ = [
    "EMPTY",
    "FAILED",
    "FAULTS",
    "NO_REPLY",
    "UNCONNECTED",
    "UNRESOLVED",
    "UNTRUSTED",
    "Neighbour",
    "ServerCertificate",
    "Site",
    "Uplink",
    "World",
    "WorldError",
]
