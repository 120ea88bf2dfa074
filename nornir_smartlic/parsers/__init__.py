"""From the text of a show command to the model. Pure: text in, values out."""

from nornir_smartlic.parsers.commands import PARSERS, Parsed, full_name, parse
from nornir_smartlic.parsers.identification import identify
from nornir_smartlic.parsers.saved import SavedOutput, parse_saved, split_commands

__all__ = [
    "PARSERS",
    "Parsed",
    "SavedOutput",
    "full_name",
    "identify",
    "parse",
    "parse_saved",
    "split_commands",
]
