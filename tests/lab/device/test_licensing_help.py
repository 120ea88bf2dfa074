"""``?``, Tab and levels in licensing commands (reference/cli.md sections 2, 3, 7); texts of ``?`` are unverified."""

from __future__ import annotations

import pytest

from smartlic_lab.device.catalogue import catalogue, words_of
from smartlic_lab.device.grammar import Choice
from smartlic_lab.platforms import families, family, release, releases
from tests.lab.device.terminals import Terminal, make_device


def offered(terminal: Terminal, line: str) -> list[str]:
    """The words of ``?``."""
    return [row.split()[0] for row in terminal.session.help(line, terminal.now).splitlines() if row.strip()]


def test_levels_are_offered_and_completed() -> None:
    """Source: reference/cli.md section 2, license level commands."""
    terminal = Terminal(make_device())
    terminal.type("conf t")
    assert offered(terminal, "license boot level ") == ["network-advantage", "network-essentials"]
    assert offered(terminal, "license boot level network-advantage addon ") == ["dna-advantage", "dna-essentials"]
    assert offered(terminal, "license boot level network-essentials addon ") == ["dna-essentials"]
    assert terminal.session.complete("license boot level network-a") == "license boot level network-advantage "
    assert terminal.session.complete("no license boot level network-a") == "no license boot level network-advantage "
    assert "Ambiguous" in terminal.type("lic boot lev net")
    assert terminal.type("lic boot lev network-e add dna-e").startswith("% use 'write' command")
    assert "license boot level network-essentials addon dna-essentials" in terminal.type("do show run")
    wrong = terminal.type("lic boot level network-premier").splitlines()
    assert wrong[0].index("^") == len("sw1(config)#lic boot level ")


def test_tiers_of_virtual_routers_come_with_17_7() -> None:
    """Source: reference/cli.md section 1: tier based throughput on C8000V from 17.7.1a."""
    for name, known in (("17.6", False), ("17.9", True)):
        terminal = Terminal(make_device(platform="c8000v", release=name))
        terminal.type("conf t")
        assert ("T1" in offered(terminal, "platform hardware throughput level MB ")) is known
        assert ("% Invalid input" in terminal.type("platform hardware throughput level MB T1")) is not known


def test_throughput_is_no_command_of_switches() -> None:
    """Source: reference/cli.md section 2: C8000V and CSR1000V, C8200/8300/8500."""
    terminal = Terminal(make_device())
    terminal.type("conf t")
    assert "% Invalid input" in terminal.type("platform hardware throughput level MB 250")
    assert terminal.type("platform punt-keepalive disable-kernel-core") == ""


def test_urls_and_proxy_stand_in_a_fixed_order() -> None:
    """Source: reference/cli.md section 4, transport smart: ``url`` before ``url smart``; the rest is unverified."""
    terminal = Terminal(make_device())
    terminal.type("conf t", "license smart proxy port 80", "license smart proxy address 192.0.2.8")
    terminal.type("license smart url smart https://cssm.example.com/x", "license smart transport smart")
    assert [line for line in terminal.type("do show run").splitlines() if line.startswith("license smart")] == [
        "license smart transport smart",
        "license smart url https://cssm.example.com/x",
        "license smart url smart https://cssm.example.com/x",
        "license smart proxy address 192.0.2.8",
        "license smart proxy port 80",
    ]


@pytest.mark.parametrize("name", releases())
def test_every_keyword_of_licensing_says_what_it_does(name: str) -> None:
    version = release(name).version
    for platform in families():
        if not family(platform).supports(version):
            continue
        table = catalogue(version, family(platform).traits, words_of(platform, version))
        for mode in ("exec", "config"):
            for line in paths(table.grammar(mode, 15), ("license ", "show license ")):
                for choice in table.grammar(mode, 15).choices(line) or ():
                    assert isinstance(choice, Choice)
                    assert choice.help or choice.word in ("WORD", "LINE"), f"{name} {platform} {mode}: {line}{choice}"


def paths(grammar, starts: tuple[str, ...]) -> list[str]:
    """Every way down from *starts* by keywords, with something typed for arguments."""
    typed = {"WORD": "x", "LINE": "x"}
    found = [start for start in starts if isinstance(grammar.choices(start), tuple)]
    for line in found:
        for choice in grammar.choices(line):
            word = typed.get(choice.word, "1" if choice.word.startswith("<") else choice.word)
            if choice.word != "<cr>" and len(line.split()) < 12:
                found.append(f"{line}{word} ")
    return found
