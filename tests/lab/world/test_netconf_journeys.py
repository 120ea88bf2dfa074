"""NETCONF on a device of a lab, in memory: authorizations and usage by file, as a controller does them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from smartlic_lab.running.lab import Lab
from tests.lab.device.netconf_client import SMART, NetconfClient, find, name_of

LEVEL = "license boot level network-advantage addon dna-advantage"
INFO = "licensing/state/state-info"
TOPOLOGY = {
    "clock": {"speed": 0},
    "authorities": [
        {
            "name": "cssm",
            "kind": "cssm",
            "smart_accounts": [
                {"virtual_accounts": [{"name": "DEFAULT", "tokens": [{"name": "t"}],
                                       "pools": [{"license": "DNA_HSEC", "quantity": 3}]}]}
            ],
        }
    ],
    "devices": [
        {
            "name": "r1",
            "platform": "c8300",
            "day0": ["netconf-yang", "license smart transport smart", "license smart url default", LEVEL],
        },
        {"name": "air", "platform": "c8300", "day0": ["netconf-yang", "license smart transport off", LEVEL]},
    ],
}  # fmt: skip


class Controller:
    """Sessions on the devices of a lab."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def client(self, device: str) -> NetconfClient:
        with self.lab.world.at(device) as now:
            client = NetconfClient(self.lab.device(device))
            client.now = now
        return client

    def call(self, device: str, name: str, **leaves: str) -> dict[str, str]:
        inner = "".join(f"<{leaf.replace('_', '-')}>{text}</{leaf.replace('_', '-')}>" for leaf, text in leaves.items())
        with self.lab.world.at(device) as now:
            client = NetconfClient(self.lab.device(device))
            client.now = now
            return {name_of(leaf): leaf.text or "" for leaf in client.rpc(f'<{name} xmlns="{SMART}">{inner}</{name}>')}

    def text(self, device: str, path: str) -> str | None:
        return find(self.client(device).get(), f"{INFO}/{path}")


@pytest.fixture
def controller():
    with Lab.from_dict(TOPOLOGY, serve=False) as lab:
        yield Controller(lab)


def test_an_authorization_is_requested_and_given_back(controller):
    controller.call("r1", "id-token-trust", id_token=controller.lab.token().reveal())
    controller.lab.advance(timedelta(hours=1))
    assert controller.text("r1", "trust-code/is-installed") == "true"
    assert (
        controller.text(
            "r1",
            "trust-code/time-installed",
        )
        is not None
    )
    controller.call("r1", "authorization-request-online", feature_name="hseck9")
    controller.lab.advance(timedelta(hours=1))
    authorizations = "imported-authorizations"
    assert controller.text("r1", f"{authorizations}/overall-status/installed-list/install-type") == (
        "license-auth-type-auth-code"
    )
    assert controller.text("r1", f"{authorizations}/authorization-list/license-enforcement-type") == (
        "license-enforcement-type-export"
    )
    given_back = controller.call("r1", "authorization-code-return-online")
    assert given_back["return-code"] == "success"
    assert given_back["authorization-return-string"] in controller.lab.execute("r1", "show license authorization")
    assert controller.text("r1", f"{authorizations}/authorization-list") is None


def test_usage_goes_and_its_ack_comes_by_file(controller):
    lab = controller.lab
    lab.advance(timedelta(days=2))
    assert controller.call("air", "rum-save-usage-unreported", file_path="usage.txt") == {"return-code": "success"}
    assert controller.text("air", "rum-reports-closed-keys/report-state") == "rum-report-state-closed"
    assert controller.text("air", "rum-ack/last-received-time") is None
    data = lab.device("air").read_file("bootflash:usage.txt")
    with lab.world.at("cssm") as now:
        domain = lab.topology.first_domain
        number = lab.cssm.submit_usage_file(data, domain=domain, virtual_account="DEFAULT", now=now)
    lab.advance(timedelta(days=1))
    with lab.world.at("cssm") as now:
        ack = lab.cssm.acknowledgement(number, now)
    lab.device("air").write_file("bootflash:ack.txt", ack.content)
    assert controller.call("air", "import-file", file_path="bootflash:ack.txt")["return-code"] == "success"
    assert controller.text("air", "rum-reports-closed-keys/report-state") == "rum-report-state-acknowledged"
    assert controller.text("air", "rum-ack/last-received-time") is not None


def test_without_a_way_out_a_token_is_refused_at_once(controller):
    assert controller.call("air", "id-token-trust", id_token="x") == {"return-code": "transporttype"}
