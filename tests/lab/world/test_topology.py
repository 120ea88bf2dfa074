"""A topology is checked whole, and each problem has its line and key."""

import re

import pytest

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("devices:\n- {name: a, platform: c9301}", r"campus.yaml:2: devices\[0\].platform: 'c9301' - expected one of"),
        (
            "devices:\n- {name: a, release: 17.12}",
            r'campus.yaml:2: devices\[0\].release: .* write it in quotes: "17.12"',
        ),
        ('devices:\n- {name: a, release: "9.9"}', r"campus.yaml:2: devices\[0\].release: '9.9' - expected one of"),
        ("devices:\n- {name: a}\n- {name: a}", r"campus.yaml:3: devices\[1\].name: 'a' is the name of something else"),
        ("devices:\n- {name: cssm}\nauthorities:\n- {name: cssm, kind: cssm}", r"campus.yaml:2: .*'cssm' is the name"),
        (
            "devices:\n- {name: a, port: 2022}\n- {name: b,\n   port: 2022}",
            r"campus.yaml:4: devices\[1\].port: port 2022 is in use by 'a'",
        ),
        (
            "devices:\n- {name: a, licenses: {uck9: 1}}",
            r"campus.yaml:2: devices\[0\].licenses: 'uck9' is no licence of",
        ),
        ("devices:\n- {name: a, members: 9}", r"campus.yaml:2: devices\[0\].members: 9 - c9300 has 1 to 8"),
        ("devices:\n- {name: a, colour: red}", r"campus.yaml:2: devices\[0\].colour: there is no such key"),
        ("devices:\n- {name: 'a b'}", r"campus.yaml:2: devices\[0\].name: 'a b': expected letters"),
        ("devices:\n- {name: a, groups: [x]}", r"campus.yaml:2: devices\[0\].groups\[0\]: no group 'x'"),
        ("devices:\n- {name: a, count: 2, hostname: b}", r"campus.yaml:2: devices\[0\].hostname: is for one device"),
        ("devices:\n- {name: a, uplink: {interface: Eth9}}", r"campus.yaml:2: .*c9300 has no interface 'Eth9'"),
        ("smart_licensing:\n  transport: foo", r"campus.yaml:2: smart_licensing.transport: 'foo' - expected"),
        ("groups:\n  x:\n    smart_licensing: {vfr: a}", r"campus.yaml:3: groups.x.smart_licensing.vfr: "),
        ("authorities:\n- {name: u, kind: cslu, virtual_account: Zz}", r"campus.yaml:2: .*no virtual account 'Zz'"),
        ("clock: {speed: -1}", r"campus.yaml:1: clock.speed: "),
        ("devices: []\ndevices: []", r"campus.yaml:2: not YAML: the key 'devices' stands twice"),
        ("devices: [", r"campus.yaml:1: not YAML: "),
        ("- a", r"campus.yaml:1: expected keys such as devices, met list"),
        ("proxies: [nowhere]", r"campus.yaml:1: proxies\[0\]: 'nowhere' - expected ADDRESS:PORT"),
    ],
)
def test_a_problem_is_one_line_with_its_line_and_key(text, expected):
    (problem,) = problems(text)
    assert re.match(expected, problem), problem


def test_all_problems_are_told_at_once():
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
