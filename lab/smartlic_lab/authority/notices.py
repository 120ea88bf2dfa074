"""Notices: alerts that users asked to hear of, as they come, and summaries by day or week, as mails.

Mails are written in the transaction that raises the alert, and handed to a postman afterwards, so that none is lost;
a postman who fails is given the mail again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Protocol

from sqlalchemy import func, select

from smartlic_lab.authority.errors import NotAllowed, Refusal
from smartlic_lab.authority.licenses import positions
from smartlic_lab.authority.models import Alert, AlertKind, Mail, Preference, Principal, SmartAccount, SummaryRhythm
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work, actor_of

SENDER: Final = "cssm@example.com"
RHYTHMS: Final = {SummaryRhythm.DAILY: timedelta(days=1), SummaryRhythm.WEEKLY: timedelta(days=7)}


class Postman(Protocol):
    """Takes mails away: into a spool directory, or to an SMTP server."""

    def deliver(self, mail: EmailMessage) -> None:
        """Take *mail*; raises `OSError` when it could not."""
        ...


def set_preference(
    work: Work,
    account: SmartAccount,
    *,
    kinds: Iterable[AlertKind],
    summary: SummaryRhythm = SummaryRhythm.NEVER,
) -> Preference:
    """What the acting user wants to hear of the account; the first summary comes after one day or week."""
    if work.actor.principal_id is None:
        raise NotAllowed("preferences are a user's own")
    principal = work.session.get_one(Principal, work.actor.principal_id)
    if not principal.email:
        raise Refusal(f"{principal.name} has no e-mail address")
    found = work.session.get(Preference, (principal.id, account.id))
    if found is None:
        found = Preference(principal_id=principal.id, smart_account_id=account.id, kinds=[])
        work.session.add(found)
    found.kinds = sorted(kind.value for kind in kinds)
    found.summary = summary
    found.next_summary = None if summary is SummaryRhythm.NEVER else work.now + RHYTHMS[summary]
    work.session.flush()
    return found


def write_notices(work: Work, raised: Sequence[Alert]) -> None:
    """A mail for every user who wants to hear of one of *raised*, and may."""
    if not raised:
        return
    for preference, principal, account in _subscribers(work):
        wanted = [one for one in raised if one.smart_account_id == account.id and one.kind.value in preference.kinds]
        seen = _visible(work, principal, account, wanted)
        if seen:
            lines = [f"{one.kind.value}: {one.message}" for one in seen]
            _write(work, principal, f"{account.name}: {len(seen)} new alert(s)", lines)


def write_summaries(work: Work) -> None:
    """The summaries that are due."""
    for preference, principal, account in _subscribers(work):
        if preference.next_summary is None or preference.next_summary > work.now:
            continue
        _write(work, principal, f"{account.name}: summary", _summary(work, principal, account))
        while preference.next_summary <= work.now:
            preference.next_summary += RHYTHMS[preference.summary]


def next_summary(work: Work) -> datetime | None:
    """When a summary is next due."""
    return work.session.scalar(select(func.min(Preference.next_summary)))


def unsent(work: Work, *, limit: int = 100) -> Sequence[Mail]:
    """Mails for the postman, oldest first."""
    return work.session.scalars(select(Mail).where(Mail.sent.is_(None)).order_by(Mail.id).limit(limit)).all()


def as_message(mail: Mail) -> EmailMessage:
    """The mail with its headers."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, mail.recipient, mail.subject
    message["Date"] = format_datetime(mail.written)
    message["Message-ID"] = f"<{mail.id}.cssm@example.com>"
    message.set_content(mail.body)
    return message


def _subscribers(work: Work) -> list[tuple[Preference, Principal, SmartAccount]]:
    query = (
        select(Preference, Principal, SmartAccount)
        .join(Principal, Principal.id == Preference.principal_id)
        .join(SmartAccount, SmartAccount.id == Preference.smart_account_id)
        .order_by(Preference.principal_id)
    )
    return [(preference, principal, account) for preference, principal, account in work.session.execute(query)]


def _visible(work: Work, principal: Principal, account: SmartAccount, alerts: Sequence[Alert]) -> list[Alert]:
    own = Work(work.session, work.now, actor_of(principal))
    reached = {one.id for one in own.reachable(Right.MANAGE_LICENSES, account)}
    return [one for one in alerts if one.virtual_account_id in reached]


def _summary(work: Work, principal: Principal, account: SmartAccount) -> list[str]:
    own = Work(work.session, work.now, actor_of(principal))
    homes = own.reachable(Right.MANAGE_LICENSES, account)
    standing = work.session.scalars(
        select(Alert)
        .where(
            Alert.virtual_account_id.in_([one.id for one in homes]),
            Alert.cleared.is_(None),
            Alert.dismissed.is_(None),
        )
        .order_by(Alert.id)
    ).all()
    lines = [f"Alerts: {len(standing)}", *(f"  {one.kind.value}: {one.message}" for one in standing), "", "Licences:"]
    for here in positions(own, homes):
        lines.append(
            f"  {here.virtual_account.name}: {here.license.display}: {here.purchased} bought, {here.in_use} in use, "
            f"{here.reserved} reserved, {here.balance:+d}"
        )
    return lines


def _write(work: Work, principal: Principal, subject: str, lines: Sequence[str]) -> None:
    if principal.email:
        body = "\n".join([*lines, ""])
        work.session.add(Mail(recipient=principal.email, subject=subject[:255], body=body, written=work.now))
