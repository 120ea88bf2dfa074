"""Commands as data: a small language for tables, the machine that matches typed lines against them, and help."""

from smartlic_lab.device.grammar.arguments import interface_name
from smartlic_lab.device.grammar.matching import Choice, Fault, Grammar, Match, Refusal
from smartlic_lab.device.grammar.syntax import GrammarError, Row, Version, read_table, version_of

__all__ = [
    "Choice",
    "Fault",
    "Grammar",
    "GrammarError",
    "Match",
    "Refusal",
    "Row",
    "Version",
    "interface_name",
    "read_table",
    "version_of",
]
