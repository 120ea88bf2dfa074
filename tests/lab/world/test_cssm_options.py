"""What a topology says of CSSM beside its accounts: database, mails, rate limit, people."""

from __future__ import annotations

import email
from datetime import timedelta
from typing import Any

import pytest

from smartlic_lab.running.lab import Lab
from smartlic_lab.running.topology import TopologyError, check_topology
from smartlic_lab.world.network import HttpRequest


def topology(*, account: dict[str, Any] | None = None, **cssm: Any) -> dict[str, Any]:
    accounts = [{"domain": "example.com", **(account or {})}]
    return {"authorities": [{"name": "cssm", "kind": "cssm", "smart_accounts": accounts, **cssm}]}


def test_a_daily_summary_lies_in_the_spool(tmp_path):
    user = {"name": "ada", "email": "ada@example.com", "summary": "daily"}
    plan = topology(account={"users": [user]}, mail={"spool": str(tmp_path / "spool")})
    with Lab.from_dict(plan, serve=False) as lab:
        lab.advance(timedelta(days=3))
    mails = [email.message_from_bytes(path.read_bytes()) for path in (tmp_path / "spool").glob("*.eml")]
    assert len(mails) == 3
    assert {mail["To"] for mail in mails} == {"ada@example.com"}


def test_a_client_that_is_too_fast_learns_when_to_come_back():
    with Lab.from_dict(topology(rate_limit={"calls": 2, "seconds": 60}), serve=False) as lab:
        request = HttpRequest("POST", "/as/token.oauth2", "cssm.example.com", client="192.0.2.9")
        answers = [lab.cssm.handle(request, lab.clock.now()) for _ in range(3)]
        assert [answer.status == 429 for answer in answers] == [False, False, True]
        assert answers[2].headers["Retry-After"] == "60"


def test_a_named_database_belongs_to_the_lab_that_has_its_state(tmp_path):
    plan = topology(database=f"sqlite:///{tmp_path / 'cssm.db'}")
    with Lab.from_dict(plan, serve=False, folder=tmp_path / "state", keep=True):
        pass
    with Lab.from_dict(plan, serve=False, folder=tmp_path / "state", keep=True) as again:
        assert again.token is not None
    with pytest.raises(TopologyError, match="cssm: its database has accounts - expected the state folder of their lab"):
        Lab.from_dict(plan, serve=False)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (topology(mail={}), "mail: expected one of spool and smtp"),
        (topology(mail={"smtp": "mail.example.com:x"}), "mail.smtp: .*expected a host, or host:port"),
        (topology(rate_limit={"calls": 0}), "rate_limit.calls"),
        (topology(account={"users": [{"name": "ada", "summary": "weekly"}]}), "a summary needs an email"),
        (topology(account={"users": [{"name": "ada", "alerts": ["Fire"]}]}), "no alert 'Fire' - expected Insufficient"),
    ],
)
def test_what_is_wrong_with_them_is_one_line_with_the_key(plan, said):
    with pytest.raises(TopologyError, match=said) as error:
        check_topology(plan)
    assert "\n" not in str(error.value)


def test_a_lab_that_is_killed_finds_its_secrets_again(tmp_path):
    plan = topology(account={"virtual_accounts": [{"name": "Branches", "tokens": [{"name": "branches"}]}]})
    killed = Lab.from_dict(plan, serve=False, folder=tmp_path, keep=True)
    killed.start()
    token = killed.token("Branches")
    with Lab.from_dict(plan, serve=False, folder=tmp_path, keep=True) as again:  # nobody stopped the first
        assert again.token("Branches") == token
    killed.stop()
