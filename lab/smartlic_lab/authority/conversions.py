"""Conversion of classic licences (PAKs) to smart ones: in LRP, in CSSM, or led by the device (DLC).

Source: FAQ, "Can Classic PAK-based licenses be converted into Smart Licenses?"; reference/policy.md section 6 (DLC can
take up to an hour). What the two portals let one choose is unverified: LRP converts a whole PAK that no device has yet,
CSSM any part of one, and what is registered to a device too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sqlalchemy import func, select

from nornir_smartlic.files import ConversionAck, signed
from nornir_smartlic.model import Udi
from smartlic_lab.authority.errors import Conflict, NotAllowed, NotFound, Refusal
from smartlic_lab.authority.models import (
    ClassicLicense,
    Conversion,
    License,
    Pool,
    ProductInstance,
    Term,
    VirtualAccount,
)
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work
from smartlic_lab.world.signing import CSSM_KEY

DLC_TIME: Final = timedelta(hours=1)


class Way(Enum):
    """Who converts."""

    LRP = "LRP"
    CSSM = "CSSM"
    DLC = "DLC"


def add_pak(
    work: Work,
    virtual_account: VirtualAccount,
    pak: str,
    product: str,
    quantity: int,
    *,
    equivalent: License | None,
    device: Udi | None = None,
) -> ClassicLicense:
    """Deposit a PAK; *equivalent* is its smart licence, *device* who it is registered to. The operator does that."""
    if not work.actor.is_operator:
        raise NotAllowed("PAKs are bought from Cisco")
    if work.session.scalar(select(ClassicLicense.id).where(ClassicLicense.pak == pak)) is not None:
        raise Conflict(f"PAK {pak} is deposited already")
    if quantity < 1:
        raise Refusal("a PAK has at least one licence")
    row = ClassicLicense(
        virtual_account_id=virtual_account.id,
        pak=pak,
        product=product,
        quantity=quantity,
        smart_tag=None if equivalent is None else equivalent.tag,
        pid=None if device is None else device.pid,
        sn=None if device is None else device.sn,
        created=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def classic_licenses(work: Work, virtual_account: VirtualAccount) -> Sequence[ClassicLicense]:
    """What is left to convert."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    return work.session.scalars(
        select(ClassicLicense)
        .where(ClassicLicense.virtual_account_id == virtual_account.id, ClassicLicense.quantity > 0)
        .order_by(ClassicLicense.id)
    ).all()


def convert_pak(
    work: Work, virtual_account: VirtualAccount, pak: str, way: Way, quantity: int | None = None
) -> Conversion:
    """Turn classic licences into a pool; ``quantity`` ``None``: all of them. There is no way back."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    row = work.session.scalar(
        select(ClassicLicense).where(ClassicLicense.pak == pak, ClassicLicense.virtual_account_id == virtual_account.id)
    )
    if row is None or not row.quantity:
        raise NotFound(f"there is no PAK {pak} in {virtual_account.name}")
    if row.smart_tag is None:
        raise Conflict(f"{row.product} has no smart equivalent")
    if way is Way.LRP and (row.pid is not None or quantity not in (None, row.quantity)):
        raise Conflict("LRP converts a whole PAK that is registered to no device")
    wanted = row.quantity if quantity is None else quantity
    if not 1 <= wanted <= row.quantity:
        raise Conflict(f"PAK {pak} has {row.quantity} licences left, {wanted} were asked for")
    row.quantity -= wanted
    conversion = Conversion(
        virtual_account_id=virtual_account.id,
        way=way.value,
        pak=pak,
        pid=row.pid,
        sn=row.sn,
        tag=row.smart_tag,
        quantity=wanted,
        requested=work.now,
        ready=work.now,
    )
    work.session.add(conversion)
    _finish(work, conversion)
    return conversion


def convert_device(work: Work, virtual_account: VirtualAccount, udi: Udi) -> list[Conversion]:
    """Device-led: what classic licences *udi* has is converted within the hour. Asked again, nothing is added."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    rows = work.session.scalars(
        select(ClassicLicense).where(
            ClassicLicense.virtual_account_id == virtual_account.id,
            ClassicLicense.pid == udi.pid,
            ClassicLicense.sn == udi.sn,
            ClassicLicense.quantity > 0,
            ClassicLicense.smart_tag.is_not(None),
        )
    ).all()
    made = []
    for row in rows:
        conversion = Conversion(
            virtual_account_id=virtual_account.id,
            way=Way.DLC.value,
            pak=row.pak,
            pid=udi.pid,
            sn=udi.sn,
            tag=row.smart_tag or "",
            quantity=row.quantity,
            requested=work.now,
            ready=work.now + DLC_TIME,
        )
        row.quantity = 0
        work.session.add(conversion)
        made.append(conversion)
    work.session.flush()
    return made


def conversions_of(work: Work, udi: Udi) -> Sequence[Conversion]:
    """The device-led conversions of *udi*, oldest first."""
    return work.session.scalars(
        select(Conversion)
        .where(Conversion.pid == udi.pid, Conversion.sn == udi.sn, Conversion.way == Way.DLC.value)
        .order_by(Conversion.id)
    ).all()


def conversion_status(conversions: Sequence[Conversion]) -> str:
    """The ``conversionStatus`` of a device (words unverified)."""
    if not conversions:
        return "NOT_ELIGIBLE"
    return "CONVERTED" if all(one.done is not None for one in conversions) else "CONVERSION_PENDING"


def finish_due(work: Work) -> int:
    """Finish the conversions whose time has come; how many there were."""
    due = work.session.scalars(
        select(Conversion).where(Conversion.done.is_(None), Conversion.ready <= work.now).order_by(Conversion.id)
    ).all()
    for conversion in due:
        _finish(work, conversion)
    return len(due)


def next_ready(work: Work) -> datetime | None:
    """When the next conversion is done."""
    return work.session.scalar(select(func.min(Conversion.ready)).where(Conversion.done.is_(None)))


def conversion_documents(work: Work, instances: Sequence[ProductInstance]) -> dict[int, ConversionAck]:
    """Notices to devices that their licences were converted, by their numbers; once, with the next ACK after it."""
    homes = {(one.pid, one.sn): one for one in instances}
    unreported = work.session.scalars(
        select(Conversion).where(
            Conversion.way == Way.DLC.value,
            Conversion.done.is_not(None),
            Conversion.reported.is_(None),
            Conversion.sn.in_([sn for _, sn in homes]),
        )
    )
    documents = {}
    for conversion in unreported:
        instance = homes.get((conversion.pid or "", conversion.sn or ""))
        if instance is not None:
            conversion.reported = work.now
            ack = ConversionAck(Udi(instance.pid, instance.sn), work.now, "CONVERTED")
            documents[instance.id] = signed(ack, CSSM_KEY)
    return documents


def _finish(work: Work, conversion: Conversion) -> None:
    pool = Pool(
        virtual_account_id=conversion.virtual_account_id,
        tag=conversion.tag,
        term=Term.PERPETUAL,
        quantity=conversion.quantity,
        started=work.now,
    )
    work.session.add(pool)
    work.session.flush()
    conversion.done, conversion.pool_id = work.now, pool.id
    home = work.session.get_one(VirtualAccount, conversion.virtual_account_id)
    message = f"{conversion.quantity} licences of PAK {conversion.pak} were converted ({conversion.way})"
    work.log(home.smart_account, "Licenses Converted", message, home)
