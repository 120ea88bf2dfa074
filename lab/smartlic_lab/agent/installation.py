"""Documents of CSSM - ACK, policy, trust code, authorization code, conversion, account - checked and installed.

Online and by file the same documents take the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from nornir_smartlic.errors import FileRejected, IllegalEvent
from nornir_smartlic.files import (
    AccountInfo,
    Ack,
    AuthorizationDocument,
    ConversionAck,
    Document,
    PolicyDocument,
    TrustCodeDocument,
    is_signed,
    parse_smart_license,
)
from nornir_smartlic.model import CISCO_DEFAULT_POLICY, EnforcementType, Policy, TransportType
from smartlic_lab.agent import releases
from smartlic_lab.agent.authorization import STATUS_OF_KIND
from smartlic_lab.agent.core import Core, KnownAccount
from smartlic_lab.agent.reporting import PUSH_AFTER_TRUST
from smartlic_lab.world.signing import CSSM_KEY

IMPORTED: Final = "Import Data Successful"  # Source: reference/cli.md section 3
BAD_INPUT: Final = "Bad input parameter"  # agent error 6; for which faults it is printed is inferred
BAD_SIGNATURE: Final = "Signature Verification failed"  # agent error 45


def read_documents(core: Core, text: str) -> tuple[Document, ...]:
    """The documents in *text*, each for this device and signed by CSSM; raises `IllegalEvent` with the agent's error.

    What a device says to a file for another one was not seen in any source.
    """
    try:
        documents = parse_smart_license(text)
    except FileRejected as rejected:
        raise IllegalEvent(BAD_INPUT) from rejected
    for document in documents:
        if document.udi is not None and document.udi not in core.udis:
            raise IllegalEvent(BAD_INPUT)
        if not is_signed(document, CSSM_KEY):
            raise IllegalEvent(BAD_SIGNATURE)
    return documents


def install_answer(core: Core, texts: Sequence[str], now: datetime) -> None:
    """Install what came with an answer; a document that is not for us, or not CSSM's, is logged and left."""
    for text in texts:
        try:
            documents = read_documents(core, text)
        except IllegalEvent as refused:
            core.log(3, "POLICY_INSTALL_FAILED", f"The installation of a new licensing policy has failed: {refused}.")
            continue
        for document in documents:
            install(core, document, now)


def import_file(core: Core, text: str, now: datetime) -> str:
    """Install the file of ``license smart import``; gives back what is printed. All of it or nothing is installed.

    Raises:
        IllegalEvent: with the agent's error text.
    """
    documents = read_documents(core, text)
    printed = [IMPORTED]
    for document in documents:
        core.store.history.imported(document, now)
        install(core, document, now)
        if isinstance(document, AuthorizationDocument):
            code = core.store.authorizations.of(document.udi).confirmation_code
            printed += [f"Last Confirmation code UDI: {document.udi}", f"    Confirmation code: {code}"]  # unverified
    return "\n".join([*printed, ""])


def install(core: Core, document: Document, now: datetime) -> None:
    """Install one checked document."""
    match document:
        case Ack():
            _install_ack(core, document, now)
        case PolicyDocument():
            _install_policy(core, document.policy, now)
        case TrustCodeDocument():
            _install_trust_code(core, document, now)
        case AuthorizationDocument():
            _install_authorization(core, document, now)
        case ConversionAck():
            core.store.conversion = document.status
        case AccountInfo():
            _remember_account(core, document.smart_account, document.virtual_account, now)


def _install_ack(core: Core, ack: Ack, now: datetime) -> None:
    store = core.store
    acknowledged = set(ack.report_ids)
    store.reports.acknowledge(ack.report_ids, keep_all=releases.keeps_every_report(core.profile.release))
    store.polls = [poll for poll in store.polls if not poll.report_ids or not acknowledged.issuperset(poll.report_ids)]
    store.reporting.received_ack(core.classes(), now, ack.issued)
    store.history.log(now, "SAEVT_UTILITY_RUM_ACK", reports=str(len(ack.report_ids)))
    store.reporting.reschedule(core.push_interval(), now)
    if core.calls_stopped and not store.reporting.is_overdue(now):
        core.stop_calls(False)
    _remember_account(core, ack.smart_account, ack.virtual_account, now)


def _install_policy(core: Core, policy: Policy, now: datetime) -> None:
    """A policy that is in use already leaves its time as it is. It moves no deadline: an ACK does (policy.md 3.1).

    Where none was required so far, the new policy may require one.
    """
    reporting = core.store.reporting
    if replace(reporting.policy, installed=None) == policy:
        return
    if replace(policy, name=None) == CISCO_DEFAULT_POLICY:
        reporting.policy = CISCO_DEFAULT_POLICY
        core.store.history.log(now, "SAEVT_POLICY_REMOVED")
        core.log(6, "POLICY_REMOVED", "The licensing policy has been removed.")
    else:
        reporting.policy = replace(policy, installed=now)
        reporting.first_required(core.classes(), now)
        core.store.history.log(now, "SAEVT_POLICY_INSTALLED", policyName=policy.name or "")
        core.log(6, "POLICY_INSTALL_SUCCESS", "A new licensing policy was successfully installed.")
    reporting.reschedule(core.push_interval(), now)


def _install_trust_code(core: Core, document: TrustCodeDocument, now: datetime) -> None:
    store = core.store
    first = not store.trust.installed
    store.trust.install(document, now)
    store.history.log(now, "SAEVT_TRUST_INSTALLED", udi=str(document.udi))
    store.legacy = store.legacy.forgotten()  # the trust code takes the place of the registration of older releases
    _remember_account(core, document.smart_account, document.virtual_account, now)
    core.log(
        6,
        "TRUST_CODE_INSTALL_SUCCESS",
        f"A new licensing trust code was successfully installed on {document.udi}.",
    )
    direct = core.settings.transport in (TransportType.SMART, TransportType.CALLHOME)
    if first and direct and core.classes():
        store.reporting.next_push, store.reporting.repeats = now + PUSH_AFTER_TRUST, False


def _install_authorization(core: Core, document: AuthorizationDocument, now: datetime) -> None:
    member = core.store.authorizations.of(document.udi)
    member.install(document, now)
    if document.kind in STATUS_OF_KIND:
        text = f"A new licensing authorization code was successfully installed on: {document.udi}"
        core.log(6, "AUTHORIZATION_INSTALL_SUCCESS", text)
    tags = {license_.tag for license_ in document.licenses}
    if any(
        known.tag in tags and known.enforcement is EnforcementType.EXPORT_RESTRICTED
        for known in core.profile.entitlements
    ):
        core.log(6, "EXPORT_CONTROLLED", "Usage of export controlled features is allowed")


def _remember_account(core: Core, smart_account: str | None, virtual_account: str | None, now: datetime) -> None:
    if smart_account is not None:
        core.store.account = KnownAccount(smart_account, virtual_account, now)
