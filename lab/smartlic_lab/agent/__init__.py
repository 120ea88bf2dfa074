"""The Smart Agent, without I/O: the one owner of licensing state."""

from smartlic_lab.agent.agent import SmartAgent
from smartlic_lab.agent.events import AgentProfile, AgentSettings

__all__ = ["AgentProfile", "AgentSettings", "SmartAgent"]
