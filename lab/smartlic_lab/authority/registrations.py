"""Legacy Smart Licensing: registration with a token, renewals, deregistration.

A device that had a trust code and went back to an older release registers by itself. The certificate is good for a
year and renewed after six months, the authorization for 90 days and renewed every 30.
Source: issue 5 (30 days, six months), reference/policy.md section 6 (going back). A year, 90 days and the
texts of refusals are unverified.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete

from smartlic_lab.authority.bodies import count_in, objects_in, text_in
from smartlic_lab.authority.catalogue import license_of_tag
from smartlic_lab.authority.errors import Conflict, Refusal
from smartlic_lab.authority.licenses import position
from smartlic_lab.authority.models import ProductInstance, ProductUdi, Usage
from smartlic_lab.authority.product_instances import find_instance, remove_instance, take_in
from smartlic_lab.authority.tokens import find_token, has_used, use_token
from smartlic_lab.authority.trust import check_clock, identified, note_shown, trusted_instance
from smartlic_lab.authority.work import Work
from smartlic_lab.world.wire import Message

CERTIFICATE_LIFE: Final = timedelta(days=365)
CERTIFICATE_RENEWAL: Final = timedelta(days=180)
AUTHORIZATION_LIFE: Final = timedelta(days=90)
AUTHORIZATION_RENEWAL: Final = timedelta(days=30)


class NotRegistered(Refusal):
    """The device shows no certificate that CSSM gave."""


def register(work: Work, message: Message) -> dict[str, Any]:
    """``register``, ``renew`` or ``deregister``, by the message's action; what the device gets as an answer."""
    action = text_in(message.body, "action")
    if action == "register":
        return _register(work, message)
    instance = _registered(work, message)
    if action == "renew":
        return _certify(work, instance, message)
    if action == "deregister":
        remove_instance(work, instance)
        return {}
    raise Refusal(f"there is no registration action {action!r}")


def renew_authorization(work: Work, message: Message) -> dict[str, Any]:
    """Authorize what the device uses; with a shortage the reply says that it is out of compliance, and it goes on."""
    instance = _registered(work, message)
    _use(work, instance, message)
    work.session.flush()
    used = [text_in(one, "tag") for one in objects_in(message.body, "usage") if count_in(one, "count") > 0]
    short = [tag for tag in used if position(work, instance.virtual_account, license_of_tag(work, tag)).balance < 0]
    instance.authorization_expires = work.now + AUTHORIZATION_LIFE
    return {
        "status": "OUT OF COMPLIANCE" if short else "AUTHORIZED",
        "out_of_compliance": short,
        "authorized": work.now.isoformat(),
        "next_communication": (work.now + AUTHORIZATION_RENEWAL).isoformat(),
        "communication_deadline": instance.authorization_expires.isoformat(),
    }


def _register(work: Work, message: Message) -> dict[str, Any]:
    check_clock(message.sent_at, work.now)
    if not text_in(message.body, "token") and message.trust_id is not None:
        # it comes back from SLP and shows its trust code: reference/policy.md section 6, downgrade
        return _certify(work, trusted_instance(work, message), message)
    known = find_instance(work, message.udi)
    asked = message.body.get("force") or known is None or _is_repeated(work, known, message)
    if known is not None and known.certificate_expires is not None and not asked:
        raise Conflict("The product instance is already registered: use force to register it again")
    if not message.body.get("token") and known is not None:  # it comes back from SLP: its trust code is its token
        return _certify(work, trusted_instance(work, message), message)
    token = find_token(work, text_in(message.body, "token"))
    note_shown(work, message)
    instance = take_in(
        work,
        token.virtual_account,
        message.udi,
        members=message.members,
        hostname=message.hostname,
        software=message.software,
        software_version=message.software_version,
    )
    use_token(work, token, instance)
    instance.export_controlled = token.export_controlled
    home = instance.virtual_account
    work.log(home.smart_account, "Product Instance Registered", f"{message.udi} was registered", home)
    return _certify(work, instance, message)


def _certify(work: Work, instance: ProductInstance, message: Message) -> dict[str, Any]:
    """A certificate for the active member; its text is the identity that the device shows from now on."""
    work.session.flush()
    member = work.session.get_one(ProductUdi, (message.udi.pid, message.udi.sn))
    certificate, expires = secrets.token_hex(16), work.now + CERTIFICATE_LIFE
    member.give(certificate, work.now, expires)
    instance.certificate_expires = expires
    home = instance.virtual_account
    return {
        "certificate": certificate,
        "smart_account": home.smart_account.name,
        "virtual_account": home.name,
        "export_controlled_allowed": instance.export_controlled,
        "registered": work.now.isoformat(),
        "next_renewal": (work.now + CERTIFICATE_RENEWAL).isoformat(),
        "expires": expires.isoformat(),
    }


def _is_repeated(work: Work, instance: ProductInstance, message: Message) -> bool:
    """Whether the device asks again with its token, because it never got the certificate."""
    member = work.session.get(ProductUdi, (message.udi.pid, message.udi.sn))
    text = text_in(message.body, "token")
    return member is not None and member.unconfirmed and bool(text) and has_used(work, text, instance)


def _registered(work: Work, message: Message) -> ProductInstance:
    instance = None if message.trust_id is None else find_instance(work, message.udi)
    if instance is None or message.trust_id is None or not identified(instance, message.udi, message.trust_id):
        raise NotRegistered("The product instance is not registered")
    if instance.certificate_expires is not None and instance.certificate_expires <= work.now:
        raise NotRegistered("The ID certificate of the product instance has expired")
    instance.last_contact = work.now
    return instance


def _use(work: Work, instance: ProductInstance, message: Message) -> None:
    """What the device says it uses takes the place of what it said before."""
    work.session.execute(delete(Usage).where(Usage.product_instance_id == instance.id))
    for one in objects_in(message.body, "usage"):
        tag, count = text_in(one, "tag"), count_in(one, "count")
        if not tag or count < 0:
            raise Refusal("usage names a tag and a number")
        license_of_tag(work, tag)
        if count:
            work.session.add(Usage(product_instance_id=instance.id, tag=tag, quantity=count, covered_until=work.now))
