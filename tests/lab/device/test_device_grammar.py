from __future__ import annotations

import sys

import pytest

from smartlic_lab.device.catalogue import catalogue, rows_of
from smartlic_lab.device.commands import HANDLERS
from smartlic_lab.device.grammar import Fault, Grammar, GrammarError, Match, Refusal, read_table
from smartlic_lab.platforms import families, family, help_texts, release, releases


def grammar(table: str, **options: bool) -> Grammar:
    return Grammar(read_table("[exec 1]\n" + table), {}, **options)


def test_a_command_may_be_abbreviated_as_long_as_it_is_clear() -> None:
    found = grammar("show license summary\nshow version").match("sh lic sum")
    assert isinstance(found, Match)
    assert found.text == "show license summary"


def test_an_abbreviation_that_means_two_commands_is_ambiguous() -> None:
    assert grammar("show license\nshow logging").match("sh l") == Refusal(Fault.AMBIGUOUS, 3, 1)


def test_a_whole_word_is_not_ambiguous_with_a_longer_one() -> None:
    found = grammar("show ip\nshow ipv6").match("show ip")
    assert isinstance(found, Match)


def test_a_refusal_points_at_the_word_that_is_wrong() -> None:
    assert grammar("show license all").match("show  license foo") == Refusal(Fault.INVALID, 14, 2)


def test_a_command_that_stops_early_is_incomplete() -> None:
    found = grammar("show license {all|status}").match("show license")
    assert isinstance(found, Refusal)
    assert found.fault is Fault.INCOMPLETE


def test_optional_parts_choices_and_repeats_are_understood() -> None:
    table = grammar("ip name-server [vrf <vrf>] = <address:ip>+")
    found = table.match("ip name-server vrf Mgmt-vrf 192.0.2.1 192.0.2.2")
    assert isinstance(found, Match)
    assert found.key == ("ip", "name-server", "vrf", "Mgmt-vrf")
    assert found.words[len(found.key) :] == ("192.0.2.1", "192.0.2.2")


def test_no_takes_a_line_without_its_value() -> None:
    table = grammar("hostname = <name>", negated=True)
    assert isinstance(table.match("hostname"), Match)
    assert isinstance(table.match("hostname x"), Match)


def test_numbers_are_held_to_their_range() -> None:
    table = grammar("license smart usage interval = <days:1-3650>")
    assert isinstance(table.match("license smart usage interval 30"), Match)
    assert table.match("license smart usage interval 0") == Refusal(Fault.INVALID, 29, 4)


def test_secrets_are_distinguished() -> None:
    found = grammar("trust idtoken <token:secret> {local|all}").match("trust idtoken MjY1 all")
    assert isinstance(found, Match)
    assert found.secrets == ("MjY1",)


def test_help_lists_what_may_follow_and_whether_the_line_may_end() -> None:
    choices = grammar("show clock [detail]").choices("show clock ")
    assert not isinstance(choices, Refusal)
    assert [choice.word for choice in choices] == ["detail", "<cr>"]


def test_tab_writes_a_clear_word_out_and_leaves_others_alone() -> None:
    table = grammar("show license\nshow logging")
    assert table.complete("sh") == "show "
    assert table.complete("show l") is None


@pytest.mark.parametrize("row", ["show {a|b", "show [a", "show <x:BAD>"])
def test_a_row_that_is_not_written_well_is_refused(row: str) -> None:
    with pytest.raises(GrammarError):
        grammar(row)


def test_every_handler_that_tables_name_exists() -> None:
    named = {
        row.handler
        for kind in families().values()
        for r in releases().values()
        for row in rows_of(r.version, kind.traits)
    }
    assert named <= set(HANDLERS)


def test_no_two_modules_have_a_handler_of_the_same_name() -> None:
    modules = {sys.modules[handler.__module__] for handler in HANDLERS.values()}
    assert sum(len(module.handles.by_name) for module in modules) == len(HANDLERS)


def test_legacy_commands_are_gone_with_slp() -> None:
    traits = family("c9300").traits
    old, new = catalogue((16, 12, 1), traits), catalogue(release("17.12").version, traits)
    line = "license smart register idtoken x"
    assert isinstance(old.grammar("exec", 15).match(line), Match)
    assert new.grammar("exec", 15).match(line) == Refusal(Fault.INVALID, 14, 2)


def test_every_licensing_keyword_has_a_help_text() -> None:
    table = catalogue(release("17.12").version, family("c9300").traits).grammar("exec", 15)
    choices = table.choices("license smart ")
    assert not isinstance(choices, Refusal)
    assert all(choice.help for choice in choices)
    assert help_texts()
