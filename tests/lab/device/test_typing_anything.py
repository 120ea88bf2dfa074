"""Whatever the tables allow can be typed: nothing breaks, and what was configured is read back after a reload."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from smartlic_lab.device.catalogue import rows_of, words_of
from smartlic_lab.device.grammar import Row
from smartlic_lab.device.grammar.syntax import Compiler, Keyword
from smartlic_lab.platforms import family, release
from tests.lab.device.terminals import JAN_1, Terminal, make_device

ARGUMENTS = {
    "word": ["x", "GigabitEthernet1/0/1", "5", "network-advantage", "Mgmt-vrf"],
    "line": ["some text", "a b c"],
    "secret": ["t0ken"],
    "ip": ["192.0.2.1"],
    "mask": ["255.255.255.0"],
    "interface": ["Loopback1", "gi1/0/1", "vlan 7"],
    "url": ["flash:x.txt", "running-config", "tftp://192.0.2.1/x", "packages.conf"],
    "path": ["flash:x.txt", "packages.conf", "usb0:x", "flash:"],
    "time": ["10:11:12", "25:00"],
    "month": ["jan", "foo"],
    "vlans": ["1,10-20", "4095"],
    "hex": ["AB"],
    "rumid": ["12345"],
    "offset": ["-5", "2"],
}
WAYS_IN = {
    "config-if": ["interface Loopback3"],
    "config-vlan": ["vlan 5"],
    "config-vrf": ["vrf definition ZZ"],
    "config-vrf-af": ["vrf definition ZZ", "address-family ipv4"],
    "ca-trustpoint": ["crypto pki trustpoint TT"],
    "config-cert-chain": ["crypto pki certificate chain TT"],
    "cfg-call-home": ["call-home"],
    "cfg-call-home-profile": ["call-home", "profile x"],
    "config-line": ["line vty 0 4"],
    "config-archive": ["archive"],
    "config-red": ["redundancy"],
    "conf-voi-serv": ["voice service voip"],
    "conf-ssh-pubkey": ["ip ssh pubkey-chain"],
    "conf-ssh-pubkey-user": ["ip ssh pubkey-chain", "username fred"],
}
ENDS_THE_SESSION = ("reload", "leave", "force_switchover", "install")


def example_of(row: Row, dice: random.Random) -> str:
    """A line that the row allows."""
    compiler = Compiler()
    compiler.add(row)
    at, words = compiler.states[0].jumps[0][0], []
    for _ in range(60):
        state = compiler.states[at]
        ways = [(None, target) for target, _ in state.jumps] + state.edges
        if not ways or (state.accepts and dice.random() < 0.5):
            break
        atom, at = dice.choice(ways)
        if isinstance(atom, Keyword):
            words.append(atom.text)
        elif atom is not None and atom.kind == "number":
            words.append(str(dice.choice([atom.low, atom.high, min(atom.high, atom.low + 3)])))
        elif atom is not None:
            words.append(dice.choice(ARGUMENTS[atom.kind]))
    return " ".join(words)


def type_all(terminal: Terminal, line: str, dice: random.Random) -> Terminal:
    """Type a line and answer what it asks; a session that ended is opened anew."""
    session = terminal.session
    reply = session.execute(line, JAN_1)
    for _ in range(8):
        if not session.is_asking or session.closed:
            break
        takes_text = not reply.prompt or reply.prompt.endswith(("#", "+>"))
        answer = dice.choice(["quit", "a s x", "#", "exit"] if takes_text else ["", "y", "no"])
        reply = session.execute(answer, JAN_1)
    session.interrupt(JAN_1)
    session.help(line, JAN_1)
    session.help(f"{line} ", JAN_1)
    session.complete(line)
    return Terminal(terminal.device) if session.closed else terminal


@pytest.mark.parametrize(
    ("platform", "train", "seed"),
    [("c9300", "17.12", 1), ("c9500", "17.18", 2), ("c8300", "17.9", 3), ("c9800", "17.6", 4), ("isr4000", "16.12", 5)],
)
def test_whatever_the_tables_allow_can_be_typed(platform: str, train: str, seed: int) -> None:
    dice = random.Random(seed)
    device = make_device(platform=platform, release=train, members=1)
    terminal = Terminal(device)
    version = release(train).version
    for row in rows_of(version, family(platform).traits | {"internal"}, words_of(platform, version)):
        if row.handler.startswith(ENDS_THE_SESSION) or row.mode in ("config-common", "config-any"):
            continue
        lines = [example_of(row, dice)]
        if row.mode != "exec":
            form = dice.choice(["", "no ", "default "])
            lines = ["configure terminal", *WAYS_IN.get(row.mode, ()), f"{form}{lines[0]}", "end", "end"]
        for line in lines:
            terminal = type_all(terminal, line, dice)
        terminal.session.frames.clear()
    device.tick(JAN_1)
    device.save(JAN_1)
    before = device.running_text()
    device.reload(JAN_1)
    device.tick(JAN_1 + timedelta(hours=1))
    assert device.running_text() == before
