"""Which door a host has."""

from __future__ import annotations

from typing import Any

import pytest
from nornir.core.inventory import ConnectionOptions, Defaults, Group, Host, ParentGroups
from nornir.core.plugins.connections import ConnectionPluginRegister

from nornir_smartlic.doors import choice, door_of
from nornir_smartlic.errors import UsageError
from nornir_smartlic.operations.conversation import Answer, Request, Show


class PaperDoor:
    def answer(self, request: Request) -> Answer:
        return Answer("paper")


class Paper:
    connection: Any

    def open(self, *args: Any, **kwargs: Any) -> None:
        self.connection = PaperDoor()

    def close(self) -> None:
        pass


class NoDoor(Paper):
    def open(self, *args: Any, **kwargs: Any) -> None:
        self.connection = object()


@pytest.fixture(autouse=True)
def paper_connections():
    ConnectionPluginRegister.register("paper", Paper)
    ConnectionPluginRegister.register("no-door", NoDoor)
    yield
    ConnectionPluginRegister.deregister("paper")
    ConnectionPluginRegister.deregister("no-door")


def test_any_connection_that_is_a_door_can_be_chosen():
    host = Host("sw1", data={"smartlic_door": "paper"}, defaults=Defaults())
    assert door_of(host).answer(Show("show clock")).text == "paper"


@pytest.mark.parametrize("name", ["no-door", "nobody"])
def test_a_connection_that_is_no_door_is_an_error_of_usage(name: str):
    host = Host("sw1", data={"smartlic_door": name}, defaults=Defaults())
    with pytest.raises(UsageError, match=f"sw1: smartlic_door '{name}' - expected netmiko, scrapli, asyncssh or"):
        door_of(host)


@pytest.mark.parametrize(
    ("own", "of_group", "of_defaults", "expected"),
    [
        ([], [], [], "netmiko"),
        (["scrapli"], [], [], "scrapli"),
        ([], ["scrapli"], [], "scrapli"),
        ([], [], ["scrapli"], "scrapli"),
        (["scrapli"], ["netmiko"], [], "scrapli"),
    ],
)
def test_without_a_choice_the_connection_with_options_is_taken(
    own: list[str], of_group: list[str], of_defaults: list[str], expected: str
):
    def options(names: list[str]) -> dict[str, ConnectionOptions]:
        return {name: ConnectionOptions() for name in names}

    group = Group("access", connection_options=options(of_group))
    host = Host(
        "sw1",
        groups=ParentGroups([group]),
        connection_options=options(own),
        defaults=Defaults(connection_options=options(of_defaults)),
    )
    assert choice._by_connection(host) == expected
