"""Product instances: the devices that a virtual account knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import joinedload

from nornir_smartlic.model import Udi
from smartlic_lab.authority.errors import Conflict, NotFound
from smartlic_lab.authority.models import (
    MAX_TEXT,
    License,
    ProductInstance,
    ProductUdi,
    TokenUse,
    Usage,
    VirtualAccount,
)
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sender:
    """A device that is known and says something: where what it sends belongs. `ProductInstance` has all about it."""

    id: int
    udi: Udi  # of its active member
    virtual_account_id: int
    smart_account_id: int
    members: frozenset[Udi]


def sender_of(instance: ProductInstance) -> Sender:
    """*instance* as who sends something."""
    home = instance.virtual_account
    members = frozenset(Udi(member.pid, member.sn) for member in instance.udis)
    return Sender(instance.id, Udi(instance.pid, instance.sn), home.id, home.smart_account_id, members)


def find_instance(work: Work, udi: Udi) -> ProductInstance | None:
    """The device that has *udi* as one of its members."""
    member = work.session.get(ProductUdi, (udi.pid, udi.sn), options=[joinedload(ProductUdi.product_instance)])
    return None if member is None else member.product_instance


def find_by_serial(work: Work, serial: str) -> Sequence[ProductInstance]:
    """The devices that have a member with this serial number, whatever its model."""
    members = select(ProductUdi.product_instance_id).where(ProductUdi.sn == serial)
    return work.session.scalars(
        select(ProductInstance)
        .where(ProductInstance.id.in_(members), ProductInstance.removed.is_(None))
        .order_by(ProductInstance.id)
    ).all()


def known_members(work: Work, udis: Iterable[Udi]) -> list[ProductUdi]:
    """Those of *udis* that are members of known devices; while they are held, `find_instance` asks nobody for them."""
    found: list[ProductUdi] = []
    for some in batched(sorted({udi.sn for udi in udis}), 400):
        found.extend(
            work.session.scalars(
                select(ProductUdi).where(ProductUdi.sn.in_(some)).options(joinedload(ProductUdi.product_instance))
            )
        )
    return found


def instances_by_id(work: Work, numbers: Iterable[int]) -> dict[int, ProductInstance]:
    """The devices with these numbers."""
    found: dict[int, ProductInstance] = {}
    for some in batched(list(numbers), 400):
        for one in work.session.scalars(select(ProductInstance).where(ProductInstance.id.in_(some))):
            found[one.id] = one
    return found


def batched(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """*values* in parts, so that no statement gets too many parameters."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def take_in(
    work: Work,
    virtual_account: VirtualAccount,
    udi: Udi,
    *,
    members: Iterable[Udi] = (),
    hostname: str | None = None,
    software: str | None = None,
    software_version: str | None = None,
) -> ProductInstance:
    """The product instance with this active member, made or brought up to date; it ends up in *virtual_account*."""
    instance = find_instance(work, udi)
    if instance is None:
        instance = ProductInstance(
            virtual_account=virtual_account,
            pid=udi.pid,
            sn=udi.sn,
            registered=work.now,
            last_contact=work.now,
            software=(software or "")[:MAX_TEXT],
        )
        work.session.add(instance)
        work.session.flush()
        work.log(virtual_account.smart_account, "Product Instance Added", f"{udi} was added", virtual_account)
    elif instance.virtual_account_id != virtual_account.id:
        _move(work, instance, virtual_account)
    refresh(
        work,
        instance,
        udi,
        members=members,
        hostname=hostname,
        software=software,
        software_version=software_version,
    )
    return instance


def refresh(
    work: Work,
    instance: ProductInstance,
    udi: Udi,
    *,
    members: Iterable[Udi] = (),
    hostname: str | None = None,
    software: str | None = None,
    software_version: str | None = None,
) -> None:
    """Note what a device says of itself; what it keeps to itself (``None``) stays as it was known."""
    instance.last_contact = work.now
    if (instance.pid, instance.sn) != (udi.pid, udi.sn):  # another member is active now
        instance.pid, instance.sn = udi.pid, udi.sn
    for name, value in (("hostname", hostname), ("software", software), ("software_version", software_version)):
        if value and getattr(instance, name) != value[:MAX_TEXT]:
            setattr(instance, name, value[:MAX_TEXT])
    added = False
    for member in {udi, *members}:
        known = work.session.get(ProductUdi, (member.pid, member.sn))
        if known is None:
            work.session.add(ProductUdi(pid=member.pid, sn=member.sn, product_instance_id=instance.id))
            added = True
        elif known.product_instance_id != instance.id:  # it has changed stacks; its trust code goes with it
            known.product_instance_id = instance.id
    if added:
        work.session.flush()  # so that who looks for a member finds it


def list_instances(
    work: Work,
    virtual_accounts: Sequence[VirtualAccount],
    *,
    named: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[int, Sequence[ProductInstance]]:
    """How many product instances these have, and one page of them; *named*: with this in host name or serial number."""
    for virtual_account in virtual_accounts:
        work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    here = and_(
        ProductInstance.virtual_account_id.in_([one.id for one in virtual_accounts]), ProductInstance.removed.is_(None)
    )
    if named:
        text = named.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        like = f"%{text}%"
        here = and_(
            here, or_(ProductInstance.hostname.like(like, escape="\\"), ProductInstance.sn.like(like, escape="\\"))
        )
    total = work.session.scalar(select(func.count()).select_from(ProductInstance).where(here)) or 0
    page = work.session.scalars(
        select(ProductInstance).where(here).order_by(ProductInstance.id).limit(limit).offset(offset)
    )
    return total, page.all()


def usage_of(work: Work, instances: Sequence[ProductInstance]) -> dict[int, list[tuple[str, int]]]:
    """What these devices have in use, by their numbers: names of licences and quantities."""
    rows = work.session.execute(
        select(Usage.product_instance_id, License.display, Usage.quantity)
        .join(License, License.tag == Usage.tag)
        .where(Usage.product_instance_id.in_([one.id for one in instances]), Usage.quantity > 0)
        .order_by(Usage.product_instance_id, License.display)
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for number, name, quantity in rows:
        found.setdefault(number, []).append((name, quantity))
    return found


def instance_in(work: Work, virtual_account: VirtualAccount, udi: Udi) -> ProductInstance:
    """The device in that virtual account; raises `NotFound`."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    instance = find_instance(work, udi)
    if instance is None or instance.virtual_account_id != virtual_account.id:
        raise NotFound(f"there is no product instance {udi} in {virtual_account.name}")
    return instance


def transfer_instance(work: Work, instance: ProductInstance, target: VirtualAccount) -> None:
    """Move a device to another virtual account of the same smart account; what it uses is counted there from now on."""
    source = instance.virtual_account
    if target.smart_account_id != source.smart_account_id:
        raise Conflict("a product instance does not leave its smart account")
    work.require(Right.MANAGE_LICENSES, source.smart_account, source)
    work.require(Right.MANAGE_LICENSES, target.smart_account, target)
    if target.id == source.id:
        raise Conflict(f"the product instance is in {target.name} already")
    _move(work, instance, target)


def remove_instance(work: Work, instance: ProductInstance) -> None:
    """Forget a device; what it reported stays in the accounts' consumption."""
    home = instance.virtual_account
    work.require(Right.MANAGE_LICENSES, home.smart_account, home)
    work.log(home.smart_account, "Product Instance Removed", f"PID:{instance.pid},SN:{instance.sn} was removed", home)
    instance.removed = work.now
    work.session.execute(delete(Usage).where(Usage.product_instance_id == instance.id))
    work.session.execute(delete(TokenUse).where(TokenUse.product_instance_id == instance.id))
    work.session.execute(delete(ProductUdi).where(ProductUdi.product_instance_id == instance.id))


def _move(work: Work, instance: ProductInstance, target: VirtualAccount) -> None:
    source = instance.virtual_account
    message = f"PID:{instance.pid},SN:{instance.sn} was moved from {source.name} to {target.name}"
    work.log(target.smart_account, "Product Instance Transferred", message, target)
    instance.virtual_account = target
