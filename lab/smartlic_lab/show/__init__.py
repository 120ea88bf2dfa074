"""What show commands print, rendered from the model; held to saved outputs of real devices by the round trip."""

from smartlic_lab.show.forms import Form, Spacing, form_of
from smartlic_lab.show.rendering import form_met, render, roundtrip

__all__ = ["Form", "Spacing", "form_met", "form_of", "render", "roundtrip"]
