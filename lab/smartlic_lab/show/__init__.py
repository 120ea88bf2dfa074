"""What show commands print, drawn from the model; held to saved outputs of real devices by the round trip."""

from smartlic_lab.show.logging import log_head, log_line
from smartlic_lab.show.printer import header_lines
from smartlic_lab.show.rendering import render
from smartlic_lab.show.style import Style, agent_release

__all__ = ["Style", "agent_release", "header_lines", "log_head", "log_line", "render"]
