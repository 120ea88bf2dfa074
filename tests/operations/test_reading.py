"""Reading a device: few questions, and an answer for every model."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nornir_smartlic.errors import CommandRefused, ParseError
from nornir_smartlic.model import LicensingModel
from nornir_smartlic.operations.conversation import Show
from nornir_smartlic.operations.reading import SHOW_CONFIGURATION, read_configured, read_licensing
from tests.captures import capture
from tests.operations.scripts import PaperDevice, Said, run
from tests.operations.texts import CLOCK, VERSION, configuration, license_all

REFUSED = CommandRefused("show license", "% Invalid input detected at '^' marker.")
AUTHORIZATION = """\
Overall status:
  Active: PID:C9300-24T,SN:FOC00000001
    Status: NOT INSTALLED

Purchased Licenses:
  No Purchase Information Available
"""


def device(**answers: Said) -> PaperDevice:
    script: dict[str, Said] = {
        SHOW_CONFIGURATION: configuration(),
        "show version": VERSION,
        "show license all": license_all(),
        "show license authorization": AUTHORIZATION,
        "show clock": CLOCK,
        "show logging": "",
    }
    return PaperDevice(script | answers)


def test_a_plan_needs_four_questions_and_a_verdict_seven():
    switch = device()
    run(read_configured(), switch)
    assert len(switch.asked) == 4
    run(read_licensing(), switch)
    assert len(switch.asked) == 11
    assert all(isinstance(request, Show) for request in switch.asked)


def test_the_command_for_the_configuration_fits_on_a_line():
    assert len(SHOW_CONFIGURATION) < 254


def test_the_zone_of_the_configuration_places_the_times_of_the_other_outputs():
    local = license_all(ack="Jan 01 17:30:00 2026 IST")
    switch = device(
        **{SHOW_CONFIGURATION: configuration("clock timezone IST 5 30"), "show license all": local, "show clock": CLOCK}
    )
    last_ack = run(read_licensing(), switch).state.usage_reporting.last_ack
    assert last_ack.utcoffset() == timedelta(hours=5, minutes=30)


def test_a_classic_device_shows_its_licences_otherwise():
    licences = capture("show-license-legacy/ntc-isr-10-features.txt")
    switch = device(**{"show license all": REFUSED, "show license right-to-use": REFUSED, "show license": licences})
    assert run(read_licensing(), switch).state.model is LicensingModel.CLASSIC


def test_a_garbled_output_is_one_line():
    with pytest.raises(ParseError) as caught:
        run(read_licensing(), device(**{"show license all": license_all()[:600]}))
    assert caught.value.command == "show license all"
    assert "\n" not in str(caught.value)
