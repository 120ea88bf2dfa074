"""What is a refusal, and what is only said."""

from __future__ import annotations

import pytest

from nornir_smartlic.operations.refusals import refused_command, refused_line, remark


@pytest.mark.parametrize(
    "answer",
    [
        "                  ^\n% Invalid input detected at '^' marker.\n",
        "% Incomplete command.\n",
        '% Ambiguous command:  "license s"\n',
        "% VRF Mgmt does not exist\n",
    ],
)
def test_a_percent_sign_refuses_a_configuration_line(answer: str):
    assert (refused_line(answer) or "").startswith("% ")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "% use 'write' command to make license boot config take effect on next boot\n\n",
        "%Warning: reload required\n",
        "% These values don't take effect until the next reboot. Please save the configuration.\n",
        "Jan  1 12:00:00: %SYS-5-CONFIG_I: Configured from console by admin on vty0\n",
        "%SYS-5-CONFIG_I: Configured from console\n",
    ],
)
def test_notices_and_log_messages_refuse_nothing(answer: str):
    assert refused_line(answer) is None


def test_an_output_with_a_percent_sign_is_not_refused():
    assert refused_command("CPU utilization for five seconds: 1%/0%\n% of memory: 3\n") is None


def test_a_command_that_the_parser_does_not_know_is_refused():
    assert refused_command("   ^\n% Invalid input detected at '^' marker.\n") is not None


def test_a_log_message_on_the_terminal_is_no_remark():
    assert remark("\nJan  1 12:00:00: %SMART_LIC-5-COMM_RESTORED: Communications restored\n") is None
    assert remark("\nThe requested item was not found\n") == "The requested item was not found"
