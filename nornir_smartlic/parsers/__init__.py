"""From the text of a show command to the model. Pure: text in, values out."""

from nornir_smartlic.parsers.commands import PARSERS, Parsed, full_name, parse

__all__ = ["PARSERS", "Parsed", "full_name", "parse"]
