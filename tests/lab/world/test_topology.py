"""A topology is checked whole, and each problem has its line and key."""

import re

import pytest

from smartlic_lab.authority import accounts, conversions, licenses
from smartlic_lab.running.lab import Lab
from smartlic_lab.running.topology import TopologyError, check_topology, find_topology, load_topology, parse_topology


def problems(text: str) -> list[str]:
    with pytest.raises(TopologyError) as raised:
        parse_topology(text, "campus.yaml")
    return list(raised.value.problems)


def test_one_line_of_devices_is_a_whole_topology():
    topology = parse_topology('devices:\n  - {name: access, platform: c9300, release: "17.12", count: 10000}')
    assert topology.devices[0].names[0] == "access-00001"
    assert topology.devices[0].names[-1] == "access-10000"
    assert topology.authorities[0].smart_accounts[0].virtual_accounts[0].tokens


CSSM = "authorities:\n- name: cssm\n  kind: cssm\n  smart_accounts:\n  - domain: example.com\n"
HOMES = CSSM + "    virtual_accounts:\n"
"""Its virtual accounts begin in line 7."""

WRONG = [
    # the file
    ("", r"1: it is empty - expected keys such as devices"),
    ("# nothing yet\n", r"1: it is empty"),
    ("- a", r"1: expected keys such as devices, not list"),
    ("devices: [", r"1: not YAML: "),
    ("devices: []\ndevices: []", r"2: not YAML: the key 'devices' stands twice"),
    ("clock: {start: 2026-13-01}", r"1: not YAML: "),
    ("a: " + "[" * 3000, r"1: not YAML: "),
    ("devices: []\nclock:\n  start: 2026-02-30", r"3: not YAML: clock.start: '2026-02-30': day is out of range"),
    ("clock: {start: 0001-01-01T00:00:00+14:00}", r"1: (clock.start|not YAML: clock.start): .*"),
    ("clock: {start: 9999-12-31}", r"1: clock.start: .*expected an instant from 2000 to 2199"),
    ("clock: [1]", r"1: clock: expected keys with values"),
    ("devices: sw1", r"1: devices: 'sw1': expected a list"),
    ("credentials: {password: a, password_env: B}", r"1: credentials.password_env: there is a password already"),
    ('credentials: {password: "a\\nb"}', r"1: credentials.password: expected one character or more"),
    ("credentials: {enable_secret: ''}", r"1: credentials.enable_secret: expected one character or more"),
    ("devices:\n- {name: a, timezone_offset: 99h}", r"2: devices\[0\].timezone_offset: .*less than 24 hours"),
    ("devices:\n- {name: a, members: [{pid: C9300-24T, sn: a b}]}", r"2: .*members\[0\].sn: 'a b': expected letters"),
    ("colour: red", r"1: colour: there is no such key"),
    # devices
    ("devices:\n- {name: a, platform: c9301}", r"2: devices\[0\].platform: 'c9301' - expected one of"),
    ("devices:\n- {name: a, release: 17.12}", r'2: devices\[0\].release: .* write it in quotes: "17.12"'),
    ('devices:\n- {name: a, release: "9.9"}', r"2: devices\[0\].release: '9.9' - expected one of"),
    ("devices:\n- {name: a}\n- {name: a}", r"3: devices\[1\].name: 'a' is the name of something else"),
    ("devices:\n- {name: cssm}\nauthorities:\n- {name: cssm, kind: cssm}", r"2: .*'cssm' is the name"),
    (
        "devices:\n- {name: a, port: 2022}\n- {name: b,\n   port: 2022}",
        r"4: .*port: port 2022 is in use by 'a'",
    ),
    ("devices:\n- {name: a, port: 70000}", r"2: devices\[0\].port: 70000: "),
    ("devices:\n- {name: a, port: 65530, count: 10}", r"2: devices\[0\].port: 10 devices from port 65530"),
    ("devices:\n- {name: a, licenses: {uck9: 1}}", r"2: devices\[0\].licenses: 'uck9' is no licence of"),
    ("devices:\n- {name: a, members: 9}", r"2: devices\[0\].members: 9 - c9300 has 1 to 8"),
    ("devices:\n- name: a\n  members:\n  - {sn: X}", r"4: devices\[0\].members\[0\].pid: "),
    ("devices:\n- {name: a, colour: red}", r"2: devices\[0\].colour: there is no such key"),
    ("devices:\n- {name: 'a b'}", r"2: devices\[0\].name: 'a b': expected letters"),
    ("devices:\n- {platform: c9300}", r"2: devices\[0\].name: field required"),
    ("devices:\n- {name: a, groups: [x]}", r"2: devices\[0\].groups\[0\]: no group 'x'"),
    ("devices:\n- {name: a, count: 2, hostname: b}", r"2: devices\[0\].hostname: is for one device"),
    ("devices:\n- {name: a, count: 0}", r"2: devices\[0\].count: 0: "),
    ("devices:\n- {name: a, address: 127.1.0.9}", r"2: devices\[0\].address: is for labs with addresses"),
    ("devices:\n- {name: a, door: telnet}", r"2: devices\[0\].door: 'telnet': "),
    ("devices:\n- {name: a, timezone_offset: soon}", r"2: devices\[0\].timezone_offset: 'soon'"),
    ("devices:\n- {name: a, uplink: {interface: Eth9}}", r"2: .*c9300 has no interface 'Eth9'"),
    (
        "devices:\n- name: a\n  uplink:\n    vrf: Blue",
        r"4: devices\[0\].uplink.vrf: c9300 has no VRF",
    ),
    ("devices:\n- {name: a, uplink: {address: 192.0.2}}", r"2: devices\[0\].uplink.address: expected 4 octets"),
    # inventory
    ("smart_licensing:\n  transport: foo", r"2: smart_licensing.transport: 'foo' - expected"),
    ("groups:\n  x:\n    smart_licensing: {vfr: a}", r"3: groups.x.smart_licensing.vfr: "),
    # the lab
    ("clock: {speed: -1}", r"1: clock.speed: "),
    ("addresses: mine", r"1: addresses: 'mine': "),
    ("proxies: [nowhere]", r"1: proxies\[0\]: 'nowhere' - expected ADDRESS:PORT"),
    ("proxies:\n- 300.0.0.1:80", r"2: proxies\[0\]: '300.0.0.1:80' - expected ADDRESS:PORT"),
    ("names: {a.example.com: here}", r"1: names.a.example.com: expected 4 octets"),
    # authorities
    ("authorities:\n- {name: a, kind: satellite}", r"2: authorities\[0\].kind: 'satellite': "),
    (
        "authorities:\n- {name: a, kind: cssm}\n- {name: a, kind: cssm}",
        r"3: authorities\[1\].name: 'a' is the",
    ),
    (
        "authorities:\n- {name: a, kind: cssm, port: 2443}\n- {name: b, kind: cssm, port: 2443}",
        r"3: authorities\[1\].port: 2443 is the port of 'a', too",
    ),
    (
        "authorities:\n- {name: a, kind: cssm, address: 192.0.2.7}\n- {name: b, kind: cssm, address: 192.0.2.7}",
        r"3: authorities\[1\].address: '192.0.2.7' is the address of 'a', too",
    ),
    ("authorities:\n- {name: u, kind: cslu, virtual_account: Zz}", r"2: .*no virtual account 'Zz'"),
    ("authorities:\n- {name: u, kind: cslu, upstream: x}", r"2: authorities\[0\].upstream: no CSSM 'x'"),
    (
        "authorities:\n- {name: u, kind: cslu, database: x}",
        r"2: authorities\[0\].database: is no key of a cslu",
    ),
    (
        "authorities:\n- {name: c, kind: cssm, upstream: x}",
        r"2: authorities\[0\].upstream: is no key of a cssm",
    ),
    ("authorities:\n- {name: c, kind: cssm, mail: {}}", r"2: authorities\[0\].mail: expected one of spool"),
    # accounts
    (CSSM + "  - domain: example.com", r"6: authorities\[0\].smart_accounts\[1\].domain: .* stands twice"),
    (
        CSSM + "    users:\n    - {name: ada, role: king}",
        r"7: .*users\[0\].role: 'king': expected one of",
    ),
    (
        CSSM + "    users:\n    - name: ada\n      role: Virtual Account user",
        r"8: .*users\[0\].role: Virtual Account user is a role over one virtual account",
    ),
    (
        CSSM + "    users:\n    - name: ada\n      virtual_account: DEFAULT",
        r"8: .*users\[0\].virtual_account: Smart Account administrator is a role over the whole",
    ),
    (
        CSSM + "    api_clients:\n    - {client_id: a, role: Virtual Account user, virtual_account: Zz}",
        r"7: .*api_clients\[0\].virtual_account: no virtual account 'Zz' - there are: DEFAULT",
    ),
    (
        CSSM + "    api_clients:\n    - {client_id: a}\n    - {client_id: a}",
        r"8: .*\[1\].client_id: 'a' stands",
    ),
    (HOMES + "    - {name: a}\n    - {name: a}", r"8: .*virtual_accounts\[1\].name: 'a' stands twice"),
    (HOMES + "    - {name: a/b}", r"7: .*virtual_accounts\[0\].name: 'a/b': expected 1 to 255"),
    (HOMES + "    - {name: a, parent: b}", r"7: .*parent: no virtual account 'b' - there are: DEFAULT, a"),
    (HOMES + "    - {name: a, parent: a}", r"7: .*parent: virtual accounts nest 10 levels deep, and not"),
    (HOMES + "    - {name: DEFAULT, parent: DEFAULT}", r"7: .*parent: the default virtual account stays"),
    (
        HOMES + "    - {name: a}\n    limited_use: true",
        r"7: .*name: an account of limited use has no",
    ),
    (
        HOMES + "    - name: a\n      tokens:\n      - {name: t}\n      - {name: t}",
        r"10: .*'t' stands twice",
    ),
]

BUILT_WRONG = [
    (
        HOMES + "    - name: a\n      pools:\n      - {license: x, quantity: 1}",
        r"9: .*pools\[0\].license: there is no lic",
    ),
    (
        HOMES + "    - name: a\n      pools:\n      - {license: network-advantage, quantity: 1, agreement: E}",
        r"9: .*pools\[0\].agreement: there is no enterprise agreement E",
    ),
    (
        HOMES + "    - name: a\n      reservations: [{request_code: x}]",
        r"8: .*reservations\[0\]: the reservation",
    ),
    ("faults:\n- {target: cssm, kind: flood}", r"2: faults\[0\].kind: no fault 'flood'"),
    ("faults:\n- {target: x, kind: lose-next-ack}", r"2: faults\[0\].target: lose-next-ack is a fault of"),
    ("credentials:\n  password_env: NO_SUCH_VARIABLE", r"2: credentials.password_env: the environment variable"),
    ("authorities:\n- name: c\n  kind: cssm\n  database: x", r"2: authorities\[0\]: the database cannot be opened"),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_a_problem_is_one_line_with_its_line_and_key(text, expected):
    (problem,) = problems(text)
    assert re.match(f"campus.yaml:{expected}", problem), problem


@pytest.mark.parametrize(("text", "expected"), BUILT_WRONG)
def test_what_turns_out_when_the_lab_is_built_has_its_line_and_key_too(text, expected):
    topology = parse_topology(text, "campus.yaml")
    with pytest.raises(TopologyError) as raised:
        Lab(topology, serve=False)
    (problem,) = raised.value.problems
    assert re.match(f"campus.yaml:{expected}", problem), problem


def test_a_whole_account_stands_in_a_topology():
    agreement = {"subscription_id": "Sub1", "name": "EA"}
    homes = [
        {"name": "Branch 17", "parent": "Branches", "description": "in the south"},  # before its parent
        {
            "name": "Branches",
            "pools": [{"license": "network-advantage", "quantity": 5, "term_days": 90, "agreement": "Sub1"}],
            "paks": [{"pak": "P1", "product": "L-C9300", "quantity": 2, "license": "network-advantage"}],
        },
    ]
    account = {"domain": "example.com", "agreements": [agreement], "virtual_accounts": homes}
    proof = {
        "domain": "poc.example.com",
        "limited_use": True,
        "virtual_accounts": [{"name": "DEFAULT", "tokens": [{"name": "t"}]}],
    }
    plan = {
        "authorities": [{"name": "cssm", "kind": "cssm", "smart_accounts": [account, {**proof, "api_clients": []}]}]
    }
    with Lab.from_dict(plan, serve=False) as lab, lab.cssm.work() as work:
        example = work.smart_account("example.com")
        branch = work.virtual_account(example, "Branch 17")
        branches = work.virtual_account(example, "Branches")
        (position,) = licenses.positions(work, [branches])
        assert [one.name for one in accounts.ancestors_of(work, branch)] == ["Branches"]
        assert (branch.description, position.purchased, position.pools[0].enterprise_agreement_id) == (
            "in the south",
            5,
            1,
        )
        assert [one.pak for one in conversions.classic_licenses(work, branches)] == ["P1"]


def test_all_problems_are_listed_at_once():
    assert len(problems("clock: {speed: -1}\ndevices:\n- {name: a, colour: red}\n- {platform: c9300}")) == 3


def test_a_secret_is_not_in_the_problem():
    (problem,) = problems("credentials:\n  password: [hunter2]")
    assert "hunter2" not in problem


def test_an_empty_file_is_a_lab_with_a_cssm_alone():
    assert [authority.kind for authority in check_topology({}).authorities] == ["cssm"]


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(TopologyError, match="No such file"):
        load_topology(tmp_path / "none.yaml")
    with pytest.raises(TopologyError, match=r"expected a file, or one of .*default"):
        find_topology("defualt")


def test_the_topologies_that_come_with_the_lab_are_right():
    topology = load_topology(find_topology("default"))
    assert sum(entry.count for entry in topology.devices) == 12


def test_aliases_of_aliases_are_refused_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("smartlic_lab.running.topology._MAX_KEYS", 1000)
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 12)]
    assert re.search(r"campus.yaml:\d+: not YAML: there are more than 1000 keys", problems("\n".join(lines))[0])
