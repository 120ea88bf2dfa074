"""docs/cli.md is the contract of the command: its exit codes, its documents and its errors are those of the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from nornir_smartlic import errors
from nornir_smartlic.cli.failures import host_error
from nornir_smartlic.outputs import (
    ExitCode,
    HostError,
    HostReport,
    Listing,
    ReconciliationReport,
    Report,
    render,
    render_reconciliation,
)
from nornir_smartlic.outputs.listing import render_listing_json
from nornir_smartlic.reconciliation import Answer, Discrepancy, Kind, Position, Reconciliation

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()


def table(head: str) -> dict[str, list[str]]:
    """The rows of the table with that head, by their first cell."""
    body = PAGE.partition(f"\n{head}\n")[2].split("\n\n")[0].splitlines()[1:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in body]
    return {row[0].replace("`", ""): row[1:] for row in rows}


def keys(document: str) -> list[str]:
    return re.findall(r"`(\w+)`", table("| document | keys |")[document][0])


def subclasses(kind: type[Exception]) -> set[type[Exception]]:
    return {kind, *(below for each in kind.__subclasses__() for below in subclasses(each))}


def test_every_exit_code_has_its_row():
    assert [int(code) for code in table("| code | means |")] == [int(code) for code in ExitCode]


def test_every_error_has_its_row():
    named = {each.__name__ for each in subclasses(errors.SmartLicError) if each.__module__ == errors.__name__}
    assert set(table("| kind | the message says | exit code |")) == named - {"SmartLicError"} | {"InternalError"}


@pytest.mark.parametrize(("kind", "row"), table("| kind | the message says | exit code |").items())
def test_an_error_of_a_host_ends_with_the_exit_code_of_its_row(kind, row):
    if kind == "InternalError":
        error = host_error(KeyError("a bug"))
    else:
        made = getattr(errors, kind)
        error = host_error(made.__new__(made, "it failed"))
    report = Report("sync", (HostReport("sw1", error=error),), interrupted=kind == "Interrupted")
    assert (error.kind, int(report.exit_code)) == (kind, int(row[1]))


def test_the_documents_have_the_keys_of_their_rows():
    report = Report("apply", (HostReport("sw1", error=HostError("Refused", "no", command="show clock")),))
    document = json.loads(render(report, "json"))
    assert list(document) == keys("of hosts")
    assert list(document["summary"]) == keys("its summary")
    assert list(document["hosts"][0]) == keys("a host")
    assert list(document["hosts"][0]["error"]) == keys("its error")
    listed = json.loads(render_listing_json(Listing("reports list", "files", ("file",), [])))
    assert [key for key in listed if key != "files"] == keys("a list")


def test_a_reconciliation_has_the_keys_of_its_rows():
    position = Position("x", "Branches", 1, 1, 1)
    found = Discrepancy(Kind.MISSING, "CSSM does not know it")
    report = ReconciliationReport(Reconciliation(Answer.YES, "yes", (position,), (found,)))
    document = json.loads(render_reconciliation(report, "json"))
    assert list(document) == keys("of reconcile")
    assert list(document["licenses"][0]) == keys("its licenses")
    assert list(document["findings"][0]) == keys("its findings")


def test_wrong_usage_has_the_keys_of_its_row(smartlic):
    document = json.loads(smartlic.bare("audit", "--format", "pdf", "--json").out)
    assert list(document) == ["exit_code", "error"]
    assert [*document, *document["error"]] == keys("wrong usage")
