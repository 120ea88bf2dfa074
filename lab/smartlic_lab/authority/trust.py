"""Trust: a device shows a token, and each of its members gets a trust code.

Source: reference/policy.md section 4. The texts of refusals are unverified.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select, update

from nornir_smartlic.files import AccountInfo, Document, TrustCodeDocument, TrustRequestFile, signed
from nornir_smartlic.model import Udi
from smartlic_lab.authority.bodies import text_in
from smartlic_lab.authority.errors import Refusal
from smartlic_lab.authority.models import MAX_TEXT, ProductInstance, ProductUdi, VirtualAccount, table_of
from smartlic_lab.authority.policies import policy_document, report_due
from smartlic_lab.authority.product_instances import Sender, find_instance, refresh, sender_of, take_in
from smartlic_lab.authority.tokens import find_token, use_token
from smartlic_lab.authority.work import Work
from smartlic_lab.world.signing import CSSM_KEY
from smartlic_lab.world.wire import Message

MAX_CLOCK_DIFFERENCE: Final = timedelta(hours=1)
"""Source: reference/policy.md section 4: above one hour it fails, ``timestamp mismatch``."""

TRUST_CODE_LIFE: Final = timedelta(days=8 * 365 + 2)
"""Source: reference/policy.md section 4: valid and expired dates of agent 6 are about eight years apart."""


RENEWAL_LEAD: Final = timedelta(days=60)
"""How long before its end a trust code is renewed for a device that synchronises (unverified)."""


class ClockMismatch(Refusal):
    """The clocks of the device and of CSSM are too far apart."""


class NotTrusted(Refusal):
    """The device has no trust code that CSSM knows."""


def check_clock(sent_at: datetime, now: datetime) -> None:
    """Raise `ClockMismatch` unless the device's clock fits that of CSSM."""
    difference = sent_at - now
    if abs(difference) > MAX_CLOCK_DIFFERENCE:
        word = "ahead of" if difference > timedelta() else "behind"
        raise ClockMismatch(f"Timestamp mismatch: the device's clock is {abs(difference)} {word} that of CSSM")


@dataclass(frozen=True, slots=True)
class Applicant:
    """The device that asks for trust codes, as it or its carrier describes it."""

    udi: Udi  # of the active member
    members: tuple[Udi, ...]
    sent_at: datetime
    hostname: str | None = None
    software: str | None = None
    software_version: str | None = None

    @classmethod
    def of_message(cls, message: Message) -> Applicant:
        """Who sends *message*."""
        return cls(
            udi=message.udi,
            members=message.members,
            sent_at=message.sent_at,
            hostname=message.hostname,
            software=message.software,
            software_version=message.software_version,
        )


def establish_trust(work: Work, message: Message) -> list[Document]:
    """What a device gets for its token: trust codes, its accounts, the policy.

    A device that was registered before its upgrade shows its identity instead (unverified).
    """
    check_clock(message.sent_at, work.now)
    if not message.body.get("token") and message.trust_id is not None:
        return _granted(work, trusted_instance(work, message), message.udi, message.members)
    token = find_token(work, text_in(message.body, "token"))
    note_shown(work, message)
    instance = _take_in(work, token.virtual_account, Applicant.of_message(message))
    use_token(work, token, instance)
    instance.export_controlled = instance.export_controlled or token.export_controlled
    return _granted(work, instance, message.udi, message.members if message.body.get("all") else ())


def establish_trust_through_relay(work: Work, virtual_account: VirtualAccount, applicant: Applicant) -> list[Document]:
    """The same for all members without a token, where a CSLU or On-Prem vouches: from 17.7.1 on (unverified)."""
    check_clock(applicant.sent_at, work.now)
    known = find_instance(work, applicant.udi)
    home = virtual_account
    if known is not None and known.virtual_account.smart_account_id == virtual_account.smart_account_id:
        home = known.virtual_account  # it was moved in CSSM; a relay does not move it back
    return _granted(work, _take_in(work, home, applicant), applicant.udi, applicant.members)


def trust_by_file(work: Work, virtual_account: VirtualAccount, request: TrustRequestFile) -> list[Document]:
    """What a trust request in an upload gets. Source: reference/reports.md section 5 (unverified)."""
    info = request.system_info
    if info.timestamp > work.now:  # a file may be old, but not from tomorrow
        check_clock(info.timestamp, work.now)
    instance = take_in(
        work,
        virtual_account,
        info.udi,
        members=request.members,
        hostname=info.hostname,
        software=info.software_tag,
    )
    return _granted(work, instance, info.udi, request.members)


def _granted(work: Work, instance: ProductInstance, active: Udi, members: Iterable[Udi]) -> list[Document]:
    work.session.flush()
    documents: list[Document] = [_trust_code(work, instance, udi) for udi in dict.fromkeys((active, *members))]
    documents.append(_account(instance, active, work.now))
    policy = policy_document(instance, active, work.now, anew=True)
    if policy is not None:
        documents.append(policy)
    if instance.report_due is None:
        instance.report_due = report_due(work, instance, instance.last_report)
    home = instance.virtual_account
    work.log(home.smart_account, "Trust Established", f"{active} was given a trust code", home)
    return documents


def trusted_instance(work: Work, message: Message) -> ProductInstance:
    """The device that sends *message*, by its trust code; raises `NotTrusted`."""
    instance = find_instance(work, message.udi)
    if instance is None or message.trust_id is None:
        raise NotTrusted("Trust is not established: the product instance has no trust code")
    if not identified(instance, message.udi, message.trust_id):
        raise NotTrusted("Trust is not established: the trust code is not known")
    return instance


def note_shown(work: Work, message: Message) -> None:
    """The device has the identity that it shows, also where that is not asked for."""
    member = work.session.get(ProductUdi, (message.udi.pid, message.udi.sn))
    if member is not None and message.trust_id is not None:
        member.confirm(message.trust_id)


def identified(instance: ProductInstance, udi: Udi, shown: str) -> bool:
    """Whether *shown* is the identity of a member; that *udi* has it is noted."""
    for member in instance.udis:
        if (member.pid, member.sn) == (udi.pid, udi.sn):
            member.confirm(shown)
    return any(member.shows(shown) for member in instance.udis)


def introduced_instance(work: Work, message: Message) -> ProductInstance:
    """The same, and what the device says of itself is noted."""
    instance = trusted_instance(work, message)
    refresh(
        work,
        instance,
        message.udi,
        members=message.members,
        hostname=message.hostname,
        software=message.software,
        software_version=message.software_version,
    )
    return instance


_OWN: Final = table_of(ProductUdi).alias("own")
_MEMBERS: Final = table_of(ProductUdi)
_INSTANCES: Final = table_of(ProductInstance)
_HOMES: Final = table_of(VirtualAccount)
_SENDER: Final = (
    select(
        _INSTANCES.c.id,
        _INSTANCES.c.pid,
        _INSTANCES.c.sn,
        _INSTANCES.c.hostname,
        _INSTANCES.c.software,
        _INSTANCES.c.software_version,
        _INSTANCES.c.virtual_account_id,
        _HOMES.c.smart_account_id,
        _MEMBERS.c.pid.label("member_pid"),
        _MEMBERS.c.sn.label("member_sn"),
        _MEMBERS.c.trust_code,
        _MEMBERS.c.unconfirmed,
    )
    .select_from(_OWN)
    .join(_INSTANCES, _INSTANCES.c.id == _OWN.c.product_instance_id)
    .join(_HOMES, _HOMES.c.id == _INSTANCES.c.virtual_account_id)
    .join(_MEMBERS, _MEMBERS.c.product_instance_id == _INSTANCES.c.id)
    .where(_OWN.c.pid == bindparam("pid"), _OWN.c.sn == bindparam("sn"))
)
_SEEN: Final = update(_INSTANCES).where(_INSTANCES.c.id == bindparam("which")).values(last_contact=bindparam("now"))


def trusted_sender(work: Work, message: Message) -> Sender:
    """The same for messages that come again and again: a device that says nothing new costs two statements."""
    connection = work.connection
    rows = connection.execute(_SENDER, {"pid": message.udi.pid, "sn": message.udi.sn}).all()
    shown = message.trust_id
    if shown is None or not any(row.trust_code == shown and not row.unconfirmed for row in rows):
        return _described(work, message)
    first = rows[0]
    members = frozenset(Udi(row.member_pid, row.member_sn) for row in rows)
    said = (message.hostname, message.software, message.software_version)
    known = (first.hostname, first.software, first.software_version)
    if (
        (first.pid, first.sn) != (message.udi.pid, message.udi.sn)
        or not members.issuperset(message.members)
        or any(new and new[:MAX_TEXT] != old for new, old in zip(said, known, strict=True))
    ):
        return _described(work, message)
    connection.execute(_SEEN, {"which": first.id, "now": work.now})
    return Sender(first.id, message.udi, first.virtual_account_id, first.smart_account_id, members)


def _described(work: Work, message: Message) -> Sender:
    """The device that sends *message*, after it was brought up to date."""
    instance = introduced_instance(work, message)
    work.session.flush()
    work.session.expire(instance, ["udis"])
    return sender_of(instance)


def sync_trust(work: Work, instance: ProductInstance, message: Message) -> list[Document]:
    """What is new for a device that asks: its accounts, a policy that it does not have yet, codes that end soon."""
    ending = [
        Udi(member.pid, member.sn)
        for member in instance.udis
        if (member.trust_expires is not None and member.trust_expires - work.now <= RENEWAL_LEAD)
        or member.former_code == message.trust_id  # what it was given was lost
    ]
    documents: list[Document] = [_trust_code(work, instance, udi) for udi in ending]
    documents.append(_account(instance, message.udi, work.now))
    policy = policy_document(instance, message.udi, work.now)
    return documents if policy is None else [*documents, policy]


def _take_in(work: Work, virtual_account: VirtualAccount, applicant: Applicant) -> ProductInstance:
    return take_in(
        work,
        virtual_account,
        applicant.udi,
        members=applicant.members,
        hostname=applicant.hostname,
        software=applicant.software,
        software_version=applicant.software_version,
    )


def _trust_code(work: Work, instance: ProductInstance, udi: Udi) -> TrustCodeDocument:
    member = work.session.get_one(ProductUdi, (udi.pid, udi.sn))
    trust_id, expires = str(secrets.randbelow(10**9) + 1), work.now + TRUST_CODE_LIFE
    member.give(trust_id, work.now, expires)
    home = instance.virtual_account
    document = TrustCodeDocument(
        udi=udi,
        trust_id=trust_id,
        issued=work.now,
        expires=expires,
        smart_account=home.smart_account.name,
        virtual_account=home.name,
    )
    return signed(document, CSSM_KEY)


def _account(instance: ProductInstance, udi: Udi, now: datetime) -> AccountInfo:
    home = instance.virtual_account
    return signed(AccountInfo(udi, now, home.smart_account.name, home.name), CSSM_KEY)
