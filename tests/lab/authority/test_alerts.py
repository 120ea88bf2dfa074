"""Alerts, and the mails that report them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from nornir_smartlic.model import Entitlement, LicenseType
from smartlic_lab.authority import Cssm, Role, alerts, licenses, notices
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.models import AlertKind, SummaryRhythm
from smartlic_lab.transports.mail import MailSpool
from smartlic_lab.world.wire import MessageKind
from tests.lab.authority.devices import DNA_TAG, JAN_1, NETWORK_TAG, FakeDevice, days, minutes

NETWORK = Entitlement("network-advantage", "Network Advantage", NETWORK_TAG, "")
DNA = Entitlement("dna-advantage", "DNA Advantage", DNA_TAG, "", LicenseType.SUBSCRIPTION)
Maker = Callable[..., FakeDevice]


def buy(cssm: Cssm, license_: Entitlement, quantity: int, ended: datetime | None = None) -> None:
    cssm.add_licenses([license_])
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        licenses.add_pool(work, home, find_license(work, license_.tag), quantity, ended=ended)


def live(cssm: Cssm, until: datetime) -> None:
    while (due := cssm.next_wakeup()) is not None and due <= until:
        cssm.tick(due)
    cssm.tick(until)


def standing(cssm: Cssm) -> list[AlertKind]:
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        return [one.kind for one in alerts.standing_alerts(work, [home])]


def test_a_shortage_is_an_alert_until_licences_are_bought(cssm: Cssm, trusted: Maker) -> None:
    buy(cssm, NETWORK, 1)
    device = trusted()
    device.count = 3
    device.push(JAN_1 + days(1))
    live(cssm, JAN_1 + days(3))
    assert standing(cssm) == [AlertKind.INSUFFICIENT_LICENSES]
    buy(cssm, NETWORK, 2)
    live(cssm, JAN_1 + days(5))
    assert standing(cssm) == []


def test_a_term_is_announced_ends_and_is_forgotten(cssm: Cssm) -> None:
    buy(cssm, DNA, 5, JAN_1 + days(100))
    found = []
    for day in (60, 75, 105, 200):
        live(cssm, JAN_1 + days(day))
        found.append(standing(cssm))
    assert found == [[], [AlertKind.LICENSE_EXPIRING], [AlertKind.LICENSE_EXPIRED], []]


def test_a_report_that_does_not_come_is_overdue_until_it_comes(cssm: Cssm, trusted: Maker) -> None:
    buy(cssm, DNA, 1)
    device = trusted()
    device.push(JAN_1 + days(1), device.new_report(JAN_1 + days(1), tag=DNA_TAG))
    live(cssm, JAN_1 + days(94))
    assert standing(cssm) == [AlertKind.REPORT_OVERDUE]
    device.push(JAN_1 + days(95), device.new_report(JAN_1 + days(95), tag=DNA_TAG))
    live(cssm, JAN_1 + days(98))
    assert standing(cssm) == []


def test_a_token_that_ends_soon_is_an_alert(cssm: Cssm) -> None:
    cssm.add_token("example.com", "Branches", expires_after_days=30)
    live(cssm, JAN_1 + days(25))
    assert standing(cssm) == [AlertKind.TOKEN_EXPIRING]
    live(cssm, JAN_1 + days(32))
    assert standing(cssm) == []


def test_a_dismissed_alert_does_not_come_back_while_its_cause_lasts(cssm: Cssm) -> None:
    buy(cssm, DNA, 5, JAN_1 + days(20))
    live(cssm, JAN_1 + days(2))
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        (alert,) = alerts.standing_alerts(work, [home])
        alerts.dismiss(work, alert.id)
    live(cssm, JAN_1 + days(10))
    assert standing(cssm) == []


class Postbox:
    """A postman that keeps what he gets; ``is_ill``: he takes nothing."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.is_ill = False

    def deliver(self, mail: EmailMessage) -> None:
        if self.is_ill:
            raise OSError("no connection")
        self.mails.append(mail)


@pytest.fixture
def postbox(cssm: Cssm) -> Postbox:
    """Anna, over all, hears of shortages and gets a weekly summary; Ben, of Campus alone, wants to hear of all."""
    box = Postbox()
    cssm.postman = box
    cssm.add_user("example.com", "anna", Role.ACCOUNT_ADMINISTRATOR, email="anna@example.com")
    cssm.add_user("example.com", "ben", Role.VIRTUAL_ACCOUNT_USER, virtual_account="Campus", email="ben@example.com")
    with cssm.work(acting_as="anna") as work:
        kinds = [AlertKind.INSUFFICIENT_LICENSES]
        notices.set_preference(work, work.smart_account("example.com"), kinds=kinds, summary=SummaryRhythm.WEEKLY)
    with cssm.work(acting_as="ben") as work:
        notices.set_preference(work, work.smart_account("example.com"), kinds=AlertKind)
    return box


def short(cssm: Cssm, trusted: Maker) -> None:
    buy(cssm, NETWORK, 1)
    device = trusted()
    device.count = 3
    device.push(JAN_1 + days(1))


def test_who_asked_for_it_and_may_see_it_gets_a_mail(cssm: Cssm, trusted: Maker, postbox: Postbox) -> None:
    short(cssm, trusted)
    live(cssm, JAN_1 + days(3))
    assert [mail["To"] for mail in postbox.mails] == ["anna@example.com"]
    assert "Branches lacks 2 Network Advantage" in postbox.mails[0].get_content()


def test_a_summary_comes_every_week(cssm: Cssm, trusted: Maker, postbox: Postbox) -> None:
    short(cssm, trusted)
    live(cssm, JAN_1 + days(22))
    summaries = [mail for mail in postbox.mails if "summary" in mail["Subject"]]
    assert len(summaries) == 3
    assert "Branches: Network Advantage: 1 bought, 3 in use, 0 reserved, -2" in summaries[0].get_content()


def test_what_the_postman_could_not_take_he_gets_again(cssm: Cssm, trusted: Maker, postbox: Postbox) -> None:
    postbox.is_ill = True
    short(cssm, trusted)
    live(cssm, JAN_1 + days(3))
    postbox.is_ill = False
    live(cssm, JAN_1 + days(8))
    assert [mail["Subject"].split(": ")[1] for mail in postbox.mails] == ["1 new alert(s)", "summary"]


def test_a_mail_spool_has_one_file_per_mail(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Message-ID"] = "<7.cssm@example.com>"
    mail.set_content("hello")
    for _ in range(2):
        MailSpool(tmp_path / "spool").deliver(mail)
    assert [path.name for path in (tmp_path / "spool").iterdir()] == ["7.cssm.eml"]


def test_registered_devices_that_stay_away_are_alerts(cssm: Cssm) -> None:
    device = FakeDevice(cssm)
    token = cssm.add_token("example.com", "Branches", expires_after_days=300)
    reply = device.send(MessageKind.REGISTRATION, JAN_1, action="register", token=token)
    assert reply.body["expires"] == (JAN_1 + timedelta(days=365)).isoformat()
    device.trust_id = reply.body["certificate"]
    renewed = device.send(
        MessageKind.AUTHORIZATION_RENEWAL, JAN_1 + minutes(5), usage=[{"tag": NETWORK_TAG, "count": 1}]
    )
    assert renewed.body["status"] == "OUT OF COMPLIANCE"
    live(cssm, JAN_1 + days(33))
    assert AlertKind.FAILED_TO_CONNECT in standing(cssm)
    live(cssm, JAN_1 + days(320))
    assert AlertKind.FAILED_TO_RENEW in standing(cssm)
