"""Errors of scrapli become ours, in one line."""

from __future__ import annotations

from scrapli.exceptions import ScrapliTransportPluginError

from nornir_smartlic.doors.over_scrapli import _ours


def test_a_transport_that_is_not_installed_is_named_in_one_line():
    banner = "***** Transport Plugin Extra Not Installed! *****\nOptional transport plugin 'ssh2' is not installed!\n"
    ours = _ours(ScrapliTransportPluginError(banner), "sw1", "", {})
    assert str(ours).startswith("scrapli's transport ssh2 is not installed - expected nornir-smartlic")
    assert "\n" not in str(ours)
