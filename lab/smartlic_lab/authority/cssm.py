"""CSSM: one object with a database, that answers devices and API clients and does by itself what time brings."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from nornir_smartlic import __version__
from nornir_smartlic.model import Entitlement, Policy, Secret
from smartlic_lab.authority import (
    accounts,
    catalogue,
    housekeeping,
    licenses,
    notices,
    policies,
    principals,
    reports,
    tokens,
    uploads,
)
from smartlic_lab.authority.api import administration, files, inventory, newer, oauth, openapi, v1, v2, v3
from smartlic_lab.authority.api.openapi import OPENAPI_PATH
from smartlic_lab.authority.api.routes import (
    BadRequest,
    Call,
    OAuthRefusal,
    Read,
    Route,
    Settings,
    answer_of,
    by_shape,
    canonical,
    checked_body,
    checked_query,
    error_answer,
    match,
    oauth_error,
)
from smartlic_lab.authority.database import Database
from smartlic_lab.authority.device_messages import PATHS, Receiver, answer, failed
from smartlic_lab.authority.errors import NotSignedIn, Refusal
from smartlic_lab.authority.faults import FaultKind, Faults
from smartlic_lab.authority.models import (
    AccountKind,
    Acknowledgement,
    Event,
    ProductInstance,
    SmartAccount,
    Submission,
    VirtualAccount,
)
from smartlic_lab.authority.notices import Postman
from smartlic_lab.authority.rate import RateLimit, TooManyRequests
from smartlic_lab.authority.rights import Role
from smartlic_lab.authority.uploads import AcknowledgementFile, UploadedFile, UsageDataFile
from smartlic_lab.authority.work import Actor, Work
from smartlic_lab.world.network import NO_ANSWER, HttpRequest, HttpResponse
from smartlic_lab.world.wire import Message, MessageKind, Reply, WireError, decode_message, encode_reply

_log = logging.getLogger(__name__)

PROCESSING_TIME: Final = timedelta(minutes=2)
"""How long usage reports are processed (ours)."""

T = TypeVar("T")


class Cssm:
    """The lab's CSSM. Everything it knows is in its database; ``now`` is handed in, faults are its own."""

    ROUTES: tuple[Route, ...] = (
        *oauth.CLOUD_ROUTES,
        *v1.ROUTES,
        *inventory.ROUTES,
        *v2.ROUTES,
        *v3.ROUTES,
        *newer.ROUTES,
        *files.ROUTES,
        *administration.ROUTES,
    )

    DEVICE_PATHS: frozenset[str] = PATHS

    def __init__(
        self,
        name: str,
        *,
        now: datetime,
        database: str = "sqlite://",
        processing_time: timedelta = PROCESSING_TIME,
        postman: Postman | None = None,
        rate_limit: RateLimit | None = None,
    ) -> None:
        """Open *database* (an SQLAlchemy URL; the default lives in memory); raises `StoreError`.

        *postman* takes the notices; without one they stay in the database. *rate_limit* is for API clients.
        """
        self.name = name
        self.faults = Faults()
        self.processing_time = processing_time
        self._database = Database(database)
        self._routes = by_shape(self.ROUTES)
        self._lock = threading.RLock()
        self._now = now
        self._wakeup: datetime | None = None
        self.rate_limit = rate_limit
        self.postman = postman
        self._review: datetime | None = now + housekeeping.REVIEW_INTERVAL
        with self._inner_work() as work:
            self._wakeup = housekeeping.next_wakeup(work)

    def close(self) -> None:
        """Give the database back."""
        self._database.close()

    @property
    def database(self) -> Database:
        """The database, for benchmarks and tests."""
        return self._database

    # --- world.network.Authority ----------------------------------------------------------------------------------

    def read(self, request: HttpRequest) -> HttpRequest:
        """*request* with its body read."""
        return replace(request, content=self._body(request))

    def handle(self, request: HttpRequest, now: datetime) -> HttpResponse:
        """Answer a device or an API client; an error is a response."""
        try:
            return self._handle(request, now, self._body(request))
        except SQLAlchemyError:
            _log.exception("%s: the database failed", self.name)
            return error_answer(500, "Internal Server Error")

    def _body(self, request: HttpRequest) -> Read[Any]:
        """The body, read before the lock is taken, so that a large one blocks nobody; what is wrong comes later."""
        if isinstance(request.content, Read):
            return request.content
        path = canonical(request.path)
        if self._is_for_devices(request.path):
            return Read(lambda: decode_message(request.body))
        candidates, _ = match(self._routes, path)
        route = next((one for one in candidates if one.method == request.method), None)
        return Read(lambda: None if route is None else checked_body(route, request))

    def _handle(self, request: HttpRequest, now: datetime, body: Read[Any]) -> HttpResponse:
        with self._lock:
            self._catch_up(now)
            early = self._fault_before(now)
            if early is not None:
                return early
            response = self._answer(request, now, body)
            if self.faults.strike(FaultKind.DELIVER_TWICE, now):
                response = self._answer(request, now, body)
            if self.faults.strike(FaultKind.LOSE_ANSWERS, now):
                return NO_ANSWER
            return response

    def admits(self, authorization: str, now: datetime) -> bool:
        """Whether the header holds an access token that is good now."""
        if not authorization:
            return False
        try:
            with self._inner_work(now) as work:
                principals.actor_with(work, _bearer(authorization))
        except (NotSignedIn, SQLAlchemyError):
            return False
        return True

    def operate(self, request: HttpRequest, now: datetime, acting_as: str | None = None) -> HttpResponse:
        """Answer an API request without a login: as the operator, or as a user or client with his rights."""

        def sign_in(work: Work) -> Actor:
            return work.actor if acting_as is None else principals.actor_named(work, acting_as)

        body = self._body(request)
        with self._lock:
            self._catch_up(now)
            return self._answer_client(request, now, sign_in, body)

    def tick(self, now: datetime) -> None:
        """Do what is due by *now*; of many reports a part, the rest with the next tick, so that others get in."""
        with self._lock:
            self._now = max(self._now, now)
            wakeup = self.next_wakeup()
            if wakeup is None or now < wakeup:
                return
            if self._process(now):
                return
            with self._inner_work() as work:
                if housekeeping.tidy(work):
                    self._changed()
                if self._review is not None and self._review <= now:
                    self._review = housekeeping.review(work)
                self._wakeup = housekeeping.next_wakeup(work)
            self._post()

    def next_wakeup(self) -> datetime | None:
        """When `tick` is next needed."""
        return min((instant for instant in (self._wakeup, self._review) if instant is not None), default=None)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI description of what `handle` answers to API clients; it is served at ``/openapi.json``."""
        return openapi.describe(
            self.ROUTES,
            device_paths=self.DEVICE_PATHS,
            title=f"{type(self).__name__} of the lab",
            version=__version__,
        )

    # --- Python, for topologies, tests and the control API -----------------------------------------------------------

    @contextmanager
    def work(self, *, acting_as: str | None = None, now: datetime | None = None) -> Iterator[Work]:
        """A unit of work, as the operator or as a user or client; it is kept as a whole, or not at all."""
        with self._lock, self._database.begin() as session:
            work = Work(session, now or self._now)
            self._changed()
            yield work if acting_as is None else replace(work, actor=principals.actor_named(work, acting_as))
            session.flush()
            self._wakeup = housekeeping.next_wakeup(work)

    def add_smart_account(
        self, domain: str, name: str | None = None, *, limited_use: bool = False, export_controlled_allowed: bool = True
    ) -> None:
        """Open a smart account with its default virtual account; *name*, else the domain, is what devices print."""
        kind = AccountKind.LIMITED_USE if limited_use else AccountKind.CUSTOMER
        with self.work() as work:
            accounts.add_smart_account(
                work,
                domain,
                name or domain,
                kind=kind,
                export_controlled_allowed=export_controlled_allowed and not limited_use,
            )

    def add_virtual_account(self, domain: str, name: str, parent: str | None = None) -> None:
        """Make a virtual account on the first level, or below *parent*."""
        with self.work() as work:
            account = work.smart_account(domain)
            above = None if parent is None else work.virtual_account(account, parent)
            accounts.add_virtual_account(work, account, name, parent=above)

    def add_licenses(self, entitlements: Iterable[Entitlement]) -> None:
        """Tell what licences there are: their names, whether they are subscriptions, enforced, export-controlled."""
        with self.work() as work:
            catalogue.add_licenses(work, entitlements)

    def add_pool(
        self,
        domain: str,
        virtual_account: str,
        license_: str,
        quantity: int,
        *,
        ended: datetime | None = None,
        subscription_id: str | None = None,
    ) -> None:
        """Enter a purchase of a licence, by its tag or a name of it; with *ended* it is for a term."""
        with self.work() as work:
            licenses.add_pool(
                work,
                _home(work, domain, virtual_account),
                catalogue.find_license(work, license_),
                quantity,
                ended=ended,
                subscription_id=subscription_id,
            )

    def add_token(
        self,
        domain: str,
        virtual_account: str,
        *,
        expires_after_days: int = 30,
        max_uses: int | None = None,
        export_controlled: bool = False,
        text: str | None = None,
    ) -> str:
        """Make a token and give its text."""
        with self.work() as work:
            token = tokens.create_token(
                work,
                _home(work, domain, virtual_account),
                expires_after_days=expires_after_days,
                max_uses=max_uses,
                export_controlled=export_controlled,
                text=text,
            )
            return token.text

    def add_api_client(
        self,
        domain: str,
        client_id: str,
        client_secret: str,
        role: Role | str = Role.ACCOUNT_ADMINISTRATOR,
        *,
        virtual_account: str | None = None,
    ) -> None:
        """Let a program use the API with a role, by its FAQ name."""
        with self.work() as work:
            account, home = _scope(work, domain, virtual_account)
            secret = Secret(client_secret)
            principals.add_api_client(work, account, client_id, secret, Role(role), virtual_account=home)

    def add_operator(self, client_id: str, client_secret: str) -> None:
        """Let a program use the API as Cisco's side: nothing is closed to it."""
        with self.work() as work:
            principals.add_operator(work, client_id, Secret(client_secret))

    def add_user(
        self,
        domain: str,
        name: str,
        role: Role | str,
        *,
        virtual_account: str | None = None,
        email: str | None = None,
        password: str | None = None,
    ) -> None:
        """Give a person a role, by its FAQ name."""
        with self.work() as work:
            account, home = _scope(work, domain, virtual_account)
            secret = None if password is None else Secret(password)
            principals.add_user(work, account, name, Role(role), virtual_account=home, email=email, password=secret)

    def set_policy(self, domain: str, virtual_account: str, policy: Policy | None) -> None:
        """Give a virtual account a custom policy; ``None``: the Cisco default again."""
        with self.work() as work:
            policies.set_policy(work, _home(work, domain, virtual_account), policy)

    def submit_usage_file(
        self,
        data: bytes | Sequence[UploadedFile],
        *,
        domain: str,
        virtual_account: str,
        file_name: str = "usage.txt",
        now: datetime | None = None,
    ) -> int:
        """Upload a usage file or a bundle; gives its number on the page *Usage Data Files*. Raises `FileRejected`."""
        files = uploads.read_upload(data) if isinstance(data, bytes) else data  # before the lock: it can be long
        if now is not None:
            self._catch_up(now)
        with self.work(now=now) as work:
            home = _home(work, domain, virtual_account)
            done = uploads.upload(work, home, files, file_name=file_name, processing_time=self.processing_time)
            self._wake_at(done.ready)
            return done.id

    def usage_data_file(self, number: int, now: datetime | None = None) -> UsageDataFile:
        """What became of an upload."""
        return self._later(now, lambda work: uploads.usage_data_file(work, number))

    def acknowledgement(self, number: int, now: datetime | None = None) -> AcknowledgementFile:
        """The ACK file, or bundle, of an upload; raises `Conflict` while it is not ready."""
        return self._later(now, lambda work: uploads.acknowledgement_file(work, number))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _later(self, now: datetime | None, ask: Callable[[Work], T]) -> T:
        if now is not None:
            self._catch_up(now)
        with self.work(now=now) as work:
            return ask(work)

    def _catch_up(self, now: datetime) -> None:
        """Do all that is due by *now*."""
        self.tick(now)
        while (wakeup := Cssm.next_wakeup(self)) is not None and wakeup <= now:
            Cssm.tick(self, now)

    def _process(self, now: datetime) -> bool:
        """Process some reports; whether more are due."""
        with self._inner_work() as work:
            processed = reports.process_due(work)
            ready = reports.next_ready(work) if processed else None
        if processed:
            self._changed()
        if ready is None or ready > now:
            return False
        self._wakeup = ready
        return True

    def _post(self) -> None:
        """Hand the mails to the postman; what he does not take he gets again with the next tick."""
        if self.postman is None:
            return
        with self._inner_work() as work:
            for mail in notices.unsent(work):
                try:
                    self.postman.deliver(notices.as_message(mail))
                except OSError:
                    _log.warning("a notice could not be delivered, it is tried again")
                    return
                mail.sent = work.now

    @contextmanager
    def _inner_work(self, now: datetime | None = None) -> Iterator[Work]:
        """A unit of work that by itself gives the review nothing to do."""
        with self._lock, self._database.begin() as session:
            yield Work(session, now or self._now)

    def _changed(self) -> None:
        """Something may have changed that alerts depend on: look for them within a day."""
        soon = self._now + housekeeping.REVIEW_INTERVAL
        self._review = soon if self._review is None else min(self._review, soon)

    def _wake_at(self, instant: datetime) -> None:
        self._wakeup = instant if self._wakeup is None else min(self._wakeup, instant)

    def _fault_before(self, now: datetime) -> HttpResponse | None:
        """The answer of a fault that strikes before anything is done."""
        fault = self.faults.strike(FaultKind.TOO_MANY_REQUESTS, now)
        if fault is not None:
            return error_answer(429, "Too Many Requests", {"Retry-After": str(fault.retry_after)})
        if self.faults.strike(FaultKind.SERVER_ERROR, now):
            return error_answer(500, "Internal Server Error")
        if self.faults.strike(FaultKind.UNAVAILABLE, now):
            return error_answer(503, "Service Unavailable")
        return None

    def _answer(self, request: HttpRequest, now: datetime, body: Read[Any]) -> HttpResponse:
        if self._is_for_devices(request.path):
            return self._answer_device(request, now, body)

        def sign_in(work: Work) -> Actor:
            return principals.actor_with(work, _bearer(request.headers.get("authorization", "")))

        return self._answer_client(request, now, sign_in, body)

    def _answer_client(
        self, request: HttpRequest, now: datetime, sign_in: Callable[[Work], Actor], body: Read[Any]
    ) -> HttpResponse:
        path = canonical(request.path)
        if path == OPENAPI_PATH and request.method == "GET":
            return HttpResponse(200, json.dumps(self.openapi()).encode())
        candidates, values = match(self._routes, path)
        if not candidates:
            return error_answer(404, "there is nothing here")
        route = next((one for one in candidates if one.method == request.method), None)
        if route is None:
            allowed = ", ".join(sorted(one.method for one in candidates))
            return error_answer(405, f"expected {allowed}", {"Allow": allowed})
        try:
            self._changed()
            with self._inner_work(now) as work:
                actor = work.actor
                if route.signed_in:
                    actor = sign_in(work)
                if self.rate_limit is not None:
                    self.rate_limit.count(actor.name if route.signed_in else request.client, now)
                call = Call(
                    replace(work, actor=actor),
                    values,
                    checked_query(route, request),
                    body.value(),
                    request,
                    Settings(self.processing_time, self.faults.active(FaultKind.SLOW_POLLS, now) is not None),
                )
                answered = route.handler(call)
                response = answered if isinstance(answered, HttpResponse) else answer_of(answered)
                self._wake_at(now + self.processing_time)
        except OAuthRefusal as refusal:
            return oauth_error(refusal)
        except BadRequest as refusal:
            if route.oauth:
                return oauth_error(OAuthRefusal("invalid_request", str(refusal)))
            return error_answer(refusal.status, str(refusal))
        except NotSignedIn as refusal:
            return error_answer(refusal.status, str(refusal), {"WWW-Authenticate": "Bearer"})
        except TooManyRequests as refusal:
            return error_answer(refusal.status, str(refusal), {"Retry-After": str(refusal.retry_after)})
        except Refusal as refusal:
            return error_answer(refusal.status, str(refusal))
        return response

    def _answer_device(self, request: HttpRequest, now: datetime, body: Read[Message]) -> HttpResponse:
        if request.method != "POST":
            return error_answer(405, "expected POST", {"Allow": "POST"})
        try:
            message = body.value()
        except WireError as error:
            return error_answer(400, str(error))
        if b"\\u0000" in request.body:
            return error_answer(400, "the message has characters that are not text")
        fault = None if message.kind is MessageKind.HELLO else self.faults.strike(FaultKind.FAIL, now)
        if fault is not None:
            return HttpResponse(200, encode_reply(failed(message, fault.reason)))
        reply = self._reply(message, request.path, now)
        carries_ack = message.kind is MessageKind.RESULT_POLLING and bool(reply.documents)
        if carries_ack and self.faults.strike(FaultKind.LOSE_NEXT_ACK, now):
            return NO_ANSWER
        return HttpResponse(200, encode_reply(reply))

    def _is_for_devices(self, path: str) -> bool:
        return path in PATHS

    def _reply(self, message: Message, path: str, now: datetime) -> Reply:  # noqa: ARG002  On-Prem distinguishes accounts by it
        clock_off = self.faults.active(FaultKind.CLOCK_OFF, now)
        shown = now if clock_off is None else now + clock_off.offset
        receiver = Receiver(self.processing_time, self.faults.active(FaultKind.SLOW_POLLS, now) is not None)
        self._changed()
        try:
            with self._inner_work(shown) as work:
                reply = answer(work, message, receiver)
        except Refusal as refusal:
            return failed(message, str(refusal))
        self._wake_at(shown + self.processing_time)
        return reply


def latest_instant(database: str) -> datetime | None:
    """The latest time that a CSSM wrote into *database*; ``None``: nothing is in it. Raises `StoreError`."""
    opened = Database(database)
    try:
        with opened.begin() as session:
            instants = [
                session.scalar(select(func.max(column)))
                for column in (Event.at, ProductInstance.last_contact, Submission.received, Acknowledgement.issued)
            ]
    finally:
        opened.close()
    return max((instant for instant in instants if instant is not None), default=None)


def _home(work: Work, domain: str, virtual_account: str) -> VirtualAccount:
    return work.virtual_account(work.smart_account(domain), virtual_account)


def _scope(work: Work, domain: str, virtual_account: str | None) -> tuple[SmartAccount, VirtualAccount | None]:
    account = work.smart_account(domain)
    return account, None if virtual_account is None else work.virtual_account(account, virtual_account)


def _bearer(authorization: str) -> Secret:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("no access token - expected the header Authorization: Bearer ...")
    return Secret(token)
