"""From the registered model to Smart Licensing Using Policy and back: what a reload into another release changes.

Source: Catalyst 9400 17.4 guide, pages 125 to 127; reference/policy.md section 6. Licences stay; the transport follows
from what was before; a reservation persists.

Unverified: that a registered device gets its trust code by its old identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nornir_smartlic.model import TransportType
from smartlic_lab.agent import exchange
from smartlic_lab.agent.communication import Errand
from smartlic_lab.agent.core import Core, KnownAccount, LicensingStore
from smartlic_lab.agent.persistence import decode
from smartlic_lab.agent.trust import Trust, TrustTrigger
from smartlic_lab.world.wire import MessageKind


def transport_after_upgrade(stored: Mapping[str, Any], before: TransportType) -> TransportType | None:
    """The transport that the first boot of an SLP release configures; ``None``: the store is not of an older release.

    *stored* is the licensing store of the legacy release, *before* its transport.
    """
    store = decode(LicensingStore, dict(stored))
    if store.slp is not False:
        return None
    if store.authorizations.is_reserved:
        return TransportType.OFF
    if store.legacy.is_registered:
        return before
    return TransportType.OFF if before is TransportType.SMART else TransportType.CSLU  # it evaluated, or had RTU


def boot(core: Core) -> None:
    """Note which model this boot follows; an upgrade brings the accounts along."""
    store = core.store
    if store.slp is False and core.slp and store.legacy.is_registered:
        store.account = KnownAccount(store.legacy.smart_account, store.legacy.virtual_account, store.legacy.registered)
    if core.slp and store.legacy.evaluation_since is not None and store.last_seen is not None:
        store.legacy.stop_evaluation(store.last_seen)  # there is no evaluation any more
    store.slp = core.slp


def settle(core: Core, now: datetime) -> None:
    """A device that was registered asks for trust codes by its old identity."""
    trust = core.store.trust
    if trust.state is Trust.NONE and core.store.legacy.certificate is not None:
        trust.move(TrustTrigger.REQUESTED)
        exchange.launch(core, Errand(MessageKind.TRUST_ESTABLISHMENT, {"force": False, "all": True}), now)
