"""Bringing a device to its intent, in conversation with a device of paper."""

from __future__ import annotations

import pytest

from nornir_smartlic.errors import CommandRefused, IntentError, Refused
from nornir_smartlic.intent import intent_of
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.reading import SHOW_CONFIGURATION
from tests.operations.scripts import PaperDevice, Said, run
from tests.operations.texts import CLOCK, VERSION, configuration, license_all

WANTED = intent_of({"transport": "smart", "url": "default", "proxy": {"address": "proxy.example.com", "port": 8080}})
LINES = (
    "license smart transport smart",
    "license smart url default",
    "license smart proxy address proxy.example.com",
    "license smart proxy port 8080",
)
AS_WANTED = configuration(
    "license smart transport smart",
    "license smart url https://smartreceiver.cisco.com/licservice/license",
    "license smart url smart https://smartreceiver.cisco.com/licservice/license",
    "license smart proxy address proxy.example.com",
    "license smart proxy port 8080",
)


def device(*configurations: str, **answers: Said | list[Said]) -> PaperDevice:
    more = {key.replace("_", " "): said for key, said in answers.items()}
    return PaperDevice(
        {
            SHOW_CONFIGURATION: list(configurations),
            "show version": VERSION,
            "show license all": license_all(),
            "show clock": CLOCK,
            "save": "Building configuration...\n[OK]\n",
            **more,
        }
    )


def test_a_device_is_configured_read_again_and_saved():
    switch = device(configuration(), AS_WANTED)
    plan = run(configure(WANTED, commit=True), switch)
    assert plan.commands == LINES
    assert switch.sent == ["configure: " + "; ".join(LINES), "save"]
    assert switch.asked[-2:][0].command == "show license all"  # it is read again before it is saved


def test_a_device_as_wanted_is_left_alone():
    switch = device(AS_WANTED)
    assert run(configure(WANTED, commit=True), switch).is_empty
    assert switch.sent == []


def test_a_router_of_a_controller_is_read_and_never_configured():
    managed = VERSION.replace(
        "Configuration register", "Router operating mode: Controller-Managed\n\nConfiguration register"
    )
    router = device(configuration(), show_version=managed)
    plan = run(configure(WANTED, commit=True), router)
    assert (plan.not_applicable, plan.commands) == ("licensing belongs to the controller", ())
    assert router.sent == []


def test_a_dry_run_plans_and_sends_nothing():
    switch = device(configuration())
    assert run(configure(WANTED, commit=False), switch).commands == LINES
    assert switch.sent == []


def test_a_refused_line_takes_back_what_was_sent_before_it():
    refused = CommandRefused("license smart proxy address proxy.example.com", "% Invalid input detected at '^' marker.")
    switch = device(configuration(), configuration(), configure=[refused, ""])
    with pytest.raises(
        CommandRefused, match=r"proxy.example.com: % Invalid input .*; what was sent before it has been"
    ):
        run(configure(WANTED, commit=True), switch)
    assert switch.sent[1] == (
        "configure: no license smart proxy port 8080; no license smart proxy address proxy.example.com; "
        "no license smart url smart https://smartreceiver.cisco.com/licservice/license; "
        "no license smart url https://smartreceiver.cisco.com/licservice/license; no license smart transport"
    )
    assert "save" not in switch.sent


def test_an_undoing_line_that_is_refused_does_not_stop_the_taking_back():
    refused = CommandRefused("license smart proxy port 8080", "% Invalid input")
    nothing_to_undo = CommandRefused("no license smart proxy port 8080", "% Invalid input")
    switch = device(configuration(), configuration(), configure=[refused, nothing_to_undo, nothing_to_undo, ""])
    with pytest.raises(CommandRefused, match="has been taken back"):
        run(configure(WANTED, commit=True), switch)
    assert [sent.partition("no license smart ")[2].split()[0] for sent in switch.sent[1:]] == [
        "proxy", "proxy", "url", "transport"
    ]  # fmt: skip


def test_what_could_not_be_taken_back_is_named():
    refused = CommandRefused("license smart proxy port 8080", "% Invalid input")
    left_over = configuration("license smart transport smart")
    switch = device(configuration(), left_over, configure=[refused, ""])
    with pytest.raises(CommandRefused, match=r"not all .* could be taken back, see smart_licensing.transport"):
        run(configure(WANTED, commit=True), switch)


def test_lines_that_had_no_effect_are_taken_back_and_not_saved():
    switch = device(configuration(), configuration())
    with pytest.raises(Refused, match=r"smart_licensing.transport.* still differs; .* taken back"):
        run(configure(WANTED, commit=True), switch)
    assert "save" not in switch.sent


def test_a_device_that_is_not_understood_after_the_push_is_taken_back_and_not_saved():
    switch = device(configuration(), show_license_all=[license_all(), "\x00\x07 %%% line noise\n"])
    with pytest.raises(Refused, match=r"could not be read: .*; the lines that take it back were sent, and could not"):
        run(configure(WANTED, commit=True), switch)
    assert [sent.split(":")[0] for sent in switch.sent] == ["configure", "configure"]


def test_a_configuration_that_is_not_saved_is_an_error():
    switch = device(configuration(), AS_WANTED, save="startup-config file open failed (Not enough space)\n")
    with pytest.raises(Refused, match="not saved: startup-config file open failed"):
        run(configure(WANTED, commit=True), switch)


def test_an_intent_that_the_device_cannot_take_sends_nothing():
    switch = device(configuration("vrf definition Mgmt-vrf", " !"))
    with pytest.raises(IntentError, match=r"smart_licensing.vrf: 'Mgmt' - expected a VRF of the device: Mgmt-vrf"):
        run(configure(intent_of({"vrf": "Mgmt"}), commit=True), switch)
    assert switch.sent == []
