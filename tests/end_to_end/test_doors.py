"""The doors over SSH: whichever a host has, the same conversation comes out the same, and no secret is logged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.processor import Processors
from nornir.core.task import Result, Task

from nornir_smartlic.doors import door_of
from nornir_smartlic.errors import CommandRefused, Refused, Unreachable
from nornir_smartlic.fleet.bridge import background_loop, carried
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import (
    Answer,
    Configure,
    Conversation,
    Exec,
    Fetch,
    Put,
    Save,
    Show,
)
from nornir_smartlic.tasks.driving import drive
from smartlic_lab.running.lab import Lab

DOORS = ["netmiko", "scrapli", "asyncssh"]
TOKEN = Secret("bm90LWEtdG9rZW4tb2YtdGhpcy1sYWI")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.from_dict({"devices": [{"name": "sw1"}]}) as running:
        yield running


@pytest.fixture
def nornir(lab: Lab, tmp_path: Path) -> Iterator[Nornir]:
    lab.inventory("nornir", tmp_path)
    made = InitNornir(config_file=str(tmp_path / "config.yaml"), logging={"enabled": False})
    yield made
    made.close_connections()


Run = Callable[[Conversation[object]], object]


@pytest.fixture(params=DOORS)
def run(request: pytest.FixtureRequest, nornir: Nornir) -> Run:
    """Runs a conversation with ``sw1``, through each of the doors."""
    task = Task(lambda task: Result(task.host), nornir, False, Processors([]))
    task.host = nornir.inventory.hosts["sw1"]
    task.host.data["smartlic_door"] = request.param
    if request.param == "asyncssh":  # as the runner of fleet/ does it, beside others on one event loop
        return lambda conversation: background_loop.run(carried(lambda: drive(task, conversation)))
    return lambda conversation: drive(task, conversation)


def asks(*requests: object) -> Conversation[list[Answer]]:
    answers = []
    for request in requests:
        answers.append((yield request))
    return answers


def test_an_output_comes_without_echo_and_prompt(run: Run):
    (answer,) = run(asks(Show("show license udi")))
    assert "show license udi" not in answer.text
    assert "sw1#" not in answer.text
    assert answer.text.strip().startswith("UDI: PID:C9300")


def test_lines_are_configured_in_their_modes_and_saved(run: Run, lab: Lab):
    lines = (
        "crypto pki trustpoint SLA-TrustPoint",
        " revocation-check none",
        " exit",
        "license smart usage interval 7",
    )
    answers = run(asks(Configure(lines), Save(), Show("show running-config | include interval|revocation-check none")))
    assert "[OK]" in answers[1].text
    assert "license smart usage interval 7" in answers[2].text


def test_a_refused_line_stops_the_rest_and_leaves_configuration_mode(run: Run):
    with pytest.raises(CommandRefused) as caught:
        run(asks(Configure(("license smart colour blue", "hostname other"))))
    assert str(caught.value) == "license smart colour blue: % Invalid input detected at '^' marker."
    assert caught.value.host == "sw1"
    (answer,) = run(asks(Show("show running-config | include hostname")))
    assert answer.text.strip() == "hostname sw1"


def test_a_notice_with_a_percent_sign_is_no_refusal(run: Run):
    run(asks(Configure(("license boot level network-advantage addon dna-advantage",))))


def test_an_unknown_command_is_refused_in_one_line(run: Run):
    with pytest.raises(CommandRefused, match="show nonsense: % Invalid input detected"):
        run(asks(Show("show nonsense")))


def test_files_go_and_come_byte_for_byte(run: Run):
    content = b'<smartLicense>\n\t{"a":"b\\n"}\n</smartLicense>'
    answers = run(
        asks(Put("flash:there.txt", content), Fetch("flash:there.txt"), Exec("delete /force flash:there.txt"))
    )
    assert answers[1].data == content


def test_a_file_that_is_not_there_is_one_line(run: Run):
    with pytest.raises((CommandRefused, Refused), match=r"nowhere\.txt"):
        run(asks(Fetch("flash:nowhere.txt")))


def test_a_question_is_answered(run: Run):
    run(
        asks(
            Put("flash:asked.txt", b"x"), Exec("delete flash:asked.txt", replies=((r"\]\?", ""), (r"\[confirm\]", "")))
        )
    )
    with pytest.raises((CommandRefused, Refused)):
        run(asks(Fetch("flash:asked.txt")))


def test_a_secret_is_typed_and_stands_in_no_log(run: Run, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    command = Exec("license smart trust idtoken {secret} all force", secrets=(TOKEN,))
    run(asks(Configure(("license smart transport smart", "license smart url default")), command))
    assert TOKEN.reveal() not in caplog.text


def test_a_wrong_password_is_one_line_without_it(nornir: Nornir, run: Run):
    nornir.inventory.hosts["sw1"].password = "wrong-password"
    # ssh2 holds the interpreter while it waits, so that a lab in the same process cannot answer its second try.
    nornir.inventory.defaults.connection_options["scrapli"].extras["timeout_transport"] = 2
    with pytest.raises(Unreachable) as caught:
        run(asks(Show("show clock")))
    assert "wrong-password" not in repr((caught.value, caught.value.__context__))
    assert "\n" not in str(caught.value)


def test_nobody_there_is_one_line(nornir: Nornir, run: Run):
    nornir.inventory.hosts["sw1"].port = 9
    with pytest.raises(Unreachable) as caught:
        run(asks(Show("show clock")))
    assert caught.value.host == "sw1"
    assert "\n" not in str(caught.value)


def test_a_lab_on_every_address_is_reached_by_the_name_it_is_given(tmp_path: Path) -> None:
    with Lab.from_dict({"devices": [{"name": "sw1"}]}, address="0.0.0.0", host="localhost") as lab:
        lab.inventory("nornir", tmp_path)
        nornir = InitNornir(config_file=str(tmp_path / "config.yaml"), logging={"enabled": False})
        door = door_of(nornir.inventory.hosts["sw1"], nornir.config)
        assert "UTC" in door.answer(Show("show clock")).text
        nornir.close_connections()
