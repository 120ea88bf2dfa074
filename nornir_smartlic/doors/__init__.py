"""Who answers the requests of a conversation: one door for each way to a device."""

from nornir_smartlic.doors.choice import door_of
from nornir_smartlic.operations.conversation import Door

__all__ = ["Door", "door_of"]
