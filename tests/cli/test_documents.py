"""What docs/cli.md and docs/compliance.md say is what there is."""

from __future__ import annotations

import re
from pathlib import Path

from nornir_smartlic.cli import app as application
from nornir_smartlic.cli.present import FORMATS
from nornir_smartlic.cli.settings import _KEYS
from nornir_smartlic.compliance import ALL_RULES, RULES, Verdict, waivers_of

DOCS = Path(__file__).parents[2] / "docs"
CLI = (DOCS / "cli.md").read_text()
COMPLIANCE = (DOCS / "compliance.md").read_text()


def leaves(command, words=()):
    inner = getattr(command, "commands", {})
    if not inner:
        yield " ".join(words), command
    for name, each in inner.items():
        yield from leaves(each, (*words, name))


GLOBAL = application.typer.main.get_command(application.app)
COMMANDS = dict(leaves(GLOBAL))


def test_every_command_has_its_line_and_no_other_has_one():
    listed = re.findall(r"^\| `([a-z -]+?)(?: [A-Z]+)?` \|", CLI, re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


def test_every_option_that_is_named_exists():
    known = {name for command in COMMANDS.values() for option in command.params for name in option.opts}
    known |= {name for option in GLOBAL.params for name in option.opts} | {"--help"}
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", CLI)) - known <= {"-d", "-F", "-o"}


def test_every_variable_and_key_of_the_settings_is_in_the_table():
    for key in _KEYS:
        assert f"`SMARTLIC_{key.upper()}` | `{key}`" in CLI


def test_every_format_is_named():
    assert all(f"`{name}`" in CLI for name in FORMATS)


def test_the_table_of_rules_is_that_of_the_code():
    rows = re.findall(r"^\| `((?:SLP|FLEET)-[A-Z-]+)` \| (\w+) \| (.+?) \| (.+?) \|$", COMPLIANCE, re.MULTILINE)
    assert rows == [(rule.id, rule.severity.value, rule.title, rule.rationale) for rule in ALL_RULES]


def test_every_verdict_is_explained():
    assert all(f"| {verdict.value} |" in COMPLIANCE for verdict in Verdict)


def test_the_example_of_a_waiver_is_one():
    from ruamel.yaml import YAML

    text = COMPLIANCE.partition("```yaml\n")[2].partition("```")[0]
    (waiver,) = waivers_of(YAML(typ="safe").load(text), known_rules=frozenset(rule.id for rule in RULES))
    assert waiver.hosts == ("branch-*", "vault-1")
