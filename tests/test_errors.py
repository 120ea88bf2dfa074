"""Errors go from one process to another with all that they know."""

from __future__ import annotations

import pickle

import pytest

from nornir_smartlic import errors
from nornir_smartlic.errors import SmartLicError

ALL = [
    errors.IntentError("smart_licensing.proxy.port", "'x'", "a number"),
    errors.UsageError("no such host"),
    errors.IllegalEvent("no"),
    errors.StoreError("disk full"),
    errors.DeviceError("no", host="sw1", command="show clock"),
    errors.CommandRefused("show x", "% Invalid input", host="sw1"),
    errors.QuestionAsked("reload", "the device asks 'Proceed?'", host="sw1"),
    errors.ParseError("show clock", "no time", line_number=3, line="x", host="sw1"),
    errors.Unreachable("no route", host="sw1"),
    errors.HostKeyRejected("unknown", host="sw1"),
    errors.TooLarge("too much", host="sw1", command="show clock"),
    errors.SessionLost("cut", lines_sent=2, lines_total=7, lines_unknown=1, host="sw1", command="license smart"),
    errors.StateUnknown("changed, not saved", "cut", lines_sent=2, lines_total=7, host="sw1"),
    errors.Busy("held by another run", host="sw1"),
    errors.Interrupted("stopped"),
    errors.Refused("not installed", "no reason", host="sw1", command="license smart trust"),
    errors.TimedOut("no prompt", host="sw1", command="show clock"),
    errors.FileRejected("not a bundle"),
    errors.CssmError("no", status=503),
    errors.ReportRejected("duplicate"),
]


def test_every_error_stands_here():
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SmartLicError)}
    assert kinds - {SmartLicError} == {type(error) for error in ALL}


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_in_another_process(error: SmartLicError):
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
