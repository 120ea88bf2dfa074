"""Policies: the Cisco default, and custom ones that are given to virtual accounts and go out with trust and ACK.

Source: reference/policy.md section 2. A customer cannot edit a policy; a custom one is ordered from Cisco, so that
only the operator sets it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from nornir_smartlic.files import PolicyDocument, signed
from nornir_smartlic.model import CISCO_DEFAULT_POLICY, Policy, PolicyAttributes, PolicyDays, PolicyOrigin, Udi
from smartlic_lab.authority.errors import NotAllowed, Refusal
from smartlic_lab.authority.models import License, PolicyRow, ProductInstance, Usage, VirtualAccount
from smartlic_lab.authority.work import Work
from smartlic_lab.world.signing import CSSM_KEY

_CLASSES: Final = ("perpetual", "subscription", "enforced", "export")
_DAYS: Final = ("first_report", "reporting_frequency", "report_on_change")


def set_policy(work: Work, virtual_account: VirtualAccount, policy: Policy | None) -> None:
    """Give the virtual account a custom policy; ``None``: the Cisco default again."""
    if not work.actor.is_operator:
        raise NotAllowed("a policy is ordered from Cisco")
    account = virtual_account.smart_account
    if policy is None:
        virtual_account.policy = None
        work.log(account, "Policy Changed", "the policy is the Cisco default", virtual_account)
        return
    if not policy.name:
        raise Refusal("a custom policy has a name")
    row = work.session.scalar(
        select(PolicyRow).where(PolicyRow.smart_account_id == account.id, PolicyRow.name == policy.name)
    )
    if row is None:
        row = PolicyRow(smart_account_id=account.id, name=policy.name, content={})
        work.session.add(row)
    row.content = _content(policy)
    virtual_account.policy = row
    work.session.flush()
    work.log(account, "Policy Changed", f"the policy is {policy.name}", virtual_account)


def policy_of(virtual_account: VirtualAccount) -> Policy:
    """The policy in force in *virtual_account*."""
    row = virtual_account.policy
    return CISCO_DEFAULT_POLICY if row is None else _policy(row.name, row.content)


def policy_document(instance: ProductInstance, udi: Udi, now: datetime, *, anew: bool = False) -> PolicyDocument | None:
    """The policy for a device that does not have it yet, or begins *anew*; ``None``: it follows the right one."""
    policy = policy_of(instance.virtual_account)
    sent = None if anew else instance.policy_sent
    instance.policy_sent = None if policy.name is None else _stamp(policy)
    if instance.policy_sent == sent:
        return None
    return signed(PolicyDocument(policy, issued=now, udi=udi), CSSM_KEY)


def _stamp(policy: Policy) -> str:
    """What distinguishes this policy from another, and from an older one of its name."""
    return hashlib.sha256(json.dumps([policy.name, _content(policy)]).encode()).hexdigest()


def report_due(work: Work, instance: ProductInstance, last_ack: datetime | None) -> datetime | None:
    """By when the next report of *instance* is due; ``None``: nothing in use asks for one."""
    return reports_due(work, [instance], last_ack)[instance.id]


def reports_due(
    work: Work, instances: Sequence[ProductInstance], last_ack: datetime | None
) -> dict[int, datetime | None]:
    """The same for many devices whose last ACK was at the same time, by their numbers.

    Source: reference/policy.md section 3.1: the smallest value above zero of the classes that have a licence in use.
    """
    in_use: dict[int, list[tuple[bool, bool, bool]]] = {one.id: [] for one in instances}
    rows = work.session.execute(
        select(Usage.product_instance_id, License.export_restricted, License.enforced, License.subscription)
        .join(License, License.tag == Usage.tag)
        .where(Usage.product_instance_id.in_(in_use), Usage.quantity > 0)
    )
    for number, export_restricted, enforced, subscription in rows:
        in_use[number].append((export_restricted, enforced, subscription))
    return {one.id: _due(one, in_use[one.id], last_ack) for one in instances}


def _due(
    instance: ProductInstance, in_use: Iterable[tuple[bool, bool, bool]], last_ack: datetime | None
) -> datetime | None:
    policy = policy_of(instance.virtual_account)
    spans = []
    for export_restricted, enforced, subscription in in_use:
        asked = _attributes(policy, export_restricted=export_restricted, enforced=enforced, subscription=subscription)
        spans.append(asked.first_report.days if last_ack is None else asked.reporting_frequency.days)
    days = min((span for span in spans if span > 0), default=None)
    return None if days is None else (last_ack or instance.registered) + timedelta(days=days)


def _attributes(policy: Policy, *, export_restricted: bool, enforced: bool, subscription: bool) -> PolicyAttributes:
    if export_restricted:
        return policy.export
    if enforced:
        return policy.enforced
    return policy.subscription if subscription else policy.perpetual


def _content(policy: Policy) -> dict[str, Any]:
    return {
        "ack_required": [policy.ack_required, policy.ack_required_origin and policy.ack_required_origin.value],
        **{
            name: {
                part: [value.days, value.origin.value]
                for part in _DAYS
                for value in [getattr(getattr(policy, name), part)]
            }
            for name in _CLASSES
        },
    }


def _policy(name: str, content: dict[str, Any]) -> Policy:
    required, origin = content["ack_required"]
    classes = {
        name: PolicyAttributes(
            **{part: PolicyDays(days, PolicyOrigin(word)) for part, (days, word) in content[name].items()}
        )
        for name in _CLASSES
    }
    return Policy(installed=None, name=name, ack_required=required, ack_required_origin=PolicyOrigin(origin), **classes)
