"""From the text of a show command to the model. Pure: text in, values out."""

from nornir_smartlic.parsers.commands import PARSERS, Parsed, full_name, parse
from nornir_smartlic.parsers.identification import identify

__all__ = ["PARSERS", "Parsed", "full_name", "identify", "parse"]
