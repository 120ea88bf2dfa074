"""SSM On-Prem: accounts and tokens of its own as in CSSM, and a relay to CSSM for each account.

Source: reference/reports.md sections 6 (paths) and 8 (API); FAQ, "Do I need a direct Internet connection" (sync with
CSSM by network or by file). What it sends to CSSM when it syncs is not known: here it is a client of the API.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

from nornir_smartlic.model import Secret
from smartlic_lab.authority import reports
from smartlic_lab.authority.api import administration, inventory, oauth, v1
from smartlic_lab.authority.api.routes import BASE, Route
from smartlic_lab.authority.bodies import reports_in, text_in
from smartlic_lab.authority.cssm import Cssm
from smartlic_lab.authority.device_messages import failed
from smartlic_lab.authority.errors import NotFound, Refusal
from smartlic_lab.authority.intake import Incoming
from smartlic_lab.authority.models import ProductInstance, VirtualAccount
from smartlic_lab.authority.product_instances import find_instance, sender_of, take_in
from smartlic_lab.authority.relay import Forward, Relay, Upstream
from smartlic_lab.authority.tokens import find_token, use_token
from smartlic_lab.authority.work import Work
from smartlic_lab.world.wire import AnswerStatus, Message, MessageKind, Reply

LEGACY_PATHS: Final = frozenset({"/SmartTransport", "/Transportgateway/services/DeviceRequestHandler"})

SYNC_INTERVAL: Final = timedelta(days=1)
"""How long a report waits for the next synchronisation with CSSM (unverified; the FAQ's satellite did it monthly)."""

_PI_PATH: Final = re.compile(r"/cslu/v1/pi/(?P<account>[^/]+)-(?P<virtual_account>\d+)")


class OnPrem(Cssm):
    """One SSM On-Prem. Devices reach an account by its name in the path, or by the token that they showed."""

    ROUTES: tuple[Route, ...] = (
        *oauth.ON_PREM_ROUTES,
        *(
            replace(route, path=prefix + route.path.removeprefix(f"{BASE}/v1"))
            for prefix in ("/api/v1", "/backend/api/v1")
            for route in (*v1.ROUTES, *inventory.ROUTES, *administration.ROUTES)
        ),
    )

    DEVICE_PATHS: frozenset[str] = LEGACY_PATHS | {"/cslu/v1/pi/{account_and_number}"}

    def __init__(
        self,
        name: str,
        *,
        now: datetime,
        forward: Forward,
        database: str = "sqlite://",
        is_online: bool = True,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        """*forward* reaches CSSM; *state* is what `stored` gave, the accounts are in *database*."""
        super().__init__(name, now=now, database=database)
        self._forward = forward
        self._is_online = is_online
        self._relays: dict[str, Relay] = {}
        self._restored = dict(state or {})

    def add_account(self, name: str, *, domain: str, virtual_account: str, client_id: str, client_secret: str) -> None:
        """Make a local account, bound to a virtual account of CSSM; one that the database has is bound again."""
        with self.work() as work:
            try:
                work.smart_account(name)
            except NotFound:
                known = False
            else:
                known = True
        if not known:
            self.add_smart_account(name)
        relay = Relay(
            Upstream(domain, virtual_account, client_id, Secret(client_secret)),
            self._forward,
            is_online=self._is_online,
            sync_interval=SYNC_INTERVAL,
        )
        if name in self._restored:
            relay.restore(self._restored.pop(name))
        self._relays[name] = relay

    def tick(self, now: datetime) -> None:
        """Do what is due by *now*, synchronisation included."""
        with self._lock:
            super().tick(now)
            for relay in self._relays.values():
                relay.tick(now)

    def next_wakeup(self) -> datetime | None:
        """When `tick` is next needed."""
        wakeups = [super().next_wakeup(), *(relay.next_wakeup() for relay in self._relays.values())]
        return min((wakeup for wakeup in wakeups if wakeup is not None), default=None)

    def download_synchronization(self, account: str, now: datetime | None = None) -> bytes:
        """The file for a manual synchronisation: an upload for CSSM."""
        return self._relay(account).download_all(now or self._now, created_by=str(uuid.uuid4()))

    def upload_synchronization(self, account: str, data: bytes) -> int:
        """What CSSM gave for it; how many devices' reports it answers. Raises `FileRejected`."""
        return self._relay(account).upload_acknowledgements(data)

    def stored(self) -> dict[str, Any]:
        """What survives a restart beside the database, JSON-able."""
        return {name: relay.stored() for name, relay in self._relays.items()}

    def _relay(self, account: str) -> Relay:
        if account not in self._relays:
            raise NotFound(f"there is no account {account}")
        return self._relays[account]

    # --- devices -----------------------------------------------------------------------------------------------------

    def _is_for_devices(self, path: str) -> bool:
        return path in LEGACY_PATHS or _PI_PATH.fullmatch(path) is not None

    def _reply(self, message: Message, path: str, now: datetime) -> Reply:
        try:
            with self.work(now=now) as work:
                home = self._home_of(work, message, path)
                relay = self._relay(home.smart_account.domain)
                instance = self._taken_in(work, message, home)
                if message.kind is MessageKind.USAGE_REPORTING:
                    self._enter(work, message, instance)
            reply = relay.answer(message, now)
        except Refusal as refusal:
            return failed(message, str(refusal))
        if reply.status is AnswerStatus.OK_POLL:
            self._wake_at(now)
        return reply

    @staticmethod
    def _home_of(work: Work, message: Message, path: str) -> VirtualAccount:
        """The local virtual account: of the token that is shown, of the device as it is known, of the path."""
        if not isinstance(message.body, dict):
            raise Refusal("the message has no body")
        if message.body.get("token"):
            return find_token(work, text_in(message.body, "token")).virtual_account
        known = find_instance(work, message.udi)
        if known is not None:
            return known.virtual_account
        named = _PI_PATH.fullmatch(path)
        if named is None:
            raise Refusal("Trust is not established: the product instance is not known")
        account = work.smart_account(unquote(named["account"]))
        return next(one for one in account.virtual_accounts if one.is_default)

    @staticmethod
    def _taken_in(work: Work, message: Message, home: VirtualAccount) -> ProductInstance:
        instance = take_in(
            work,
            home,
            message.udi,
            members=message.members,
            hostname=message.hostname,
            software=message.software,
            software_version=message.software_version,
        )
        if message.body.get("token"):
            use_token(work, find_token(work, text_in(message.body, "token")), instance)
        return instance

    def _enter(self, work: Work, message: Message, instance: ProductInstance) -> None:
        """Count the reports in the local inventory too; the ACK that the device gets is CSSM's."""
        listed = [Incoming(report, message.hostname) for report in reports_in(message)]
        work.session.flush()
        submission = reports.submit_own(work, sender_of(instance), listed, processing_time=timedelta())
        if submission.refusal is not None:
            raise Refusal(submission.refusal)
