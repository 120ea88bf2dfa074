"""From a topology to a world: authorities with their accounts, devices with their way to them. No sockets."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import func, select

from nornir_smartlic.errors import SmartLicError, UsageError
from nornir_smartlic.model import Policy, PolicyAttributes, PolicyDays, PolicyOrigin, Secret, Udi
from smartlic_lab.authority import (
    Cslu,
    Cssm,
    FaultKind,
    OnPrem,
    accounting,
    conversions,
    models,
    notices,
    reservations,
)
from smartlic_lab.authority.accounts import DEFAULT_VIRTUAL_ACCOUNT
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.licenses import add_pool
from smartlic_lab.authority.models import AlertKind, SummaryRhythm
from smartlic_lab.authority.rate import RateLimit
from smartlic_lab.device import Device
from smartlic_lab.platforms import Family, families
from smartlic_lab.running.state import make_private
from smartlic_lab.running.topology import (
    DOMAIN,
    NAME_SERVER,
    Authority,
    DeviceEntry,
    Key,
    MailPlan,
    PolicyPlan,
    SmartAccount,
    Token,
    Topology,
    TopologyError,
    VirtualAccount,
    management_of,
)
from smartlic_lab.transports.mail import MailSpool, SmtpServer
from smartlic_lab.world import FAULTS, Neighbour, ServerCertificate, Site, Uplink, World
from smartlic_lab.world.certificates import MARGIN, VALIDITY
from smartlic_lab.world.clock import VirtualClock
from smartlic_lab.world.network import HttpRequest, HttpResponse
from smartlic_lab.world.world import Fault

CSSM_NAMES: Final = ("smartreceiver.cisco.com", "tools.cisco.com", "swapi.cisco.com", "cloudsso.cisco.com")
CSLU_PORT: Final = 8182  # Source: reference/cli.md section 2
CRL_HOST: Final = "crl.example.com"  # ours: no capture shows where SLA-TrustPoint's revocation list is
_NETWORK: Final = ipaddress.IPv4Network("198.18.0.0/15")  # devices; the authorities are in 192.0.2.0/24
_GATEWAY: Final = _NETWORK[1]
_FIRST_DEVICE: Final = 256


@dataclass(frozen=True, slots=True)
class TokenFact:
    """A token that devices of a virtual account can use."""

    name: str
    domain: str
    virtual_account: str
    text: Secret


@dataclass(frozen=True, slots=True)
class ApiClientFact:
    """What an API client signs in with."""

    client_id: str
    client_secret: Secret
    role: str
    domain: str


@dataclass(slots=True)
class AuthorityFact:
    """An authority of the lab, with what its users need to know."""

    plan: Authority
    authority: Cssm | Cslu  # an OnPrem is a Cssm
    names: tuple[str, ...]
    tokens: list[TokenFact] = field(default_factory=list)
    api_clients: list[ApiClientFact] = field(default_factory=list)
    operators: list[ApiClientFact] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeviceFact:
    """A device of the lab and the entry of the topology that it comes from."""

    entry: DeviceEntry
    device: Device
    interface: str
    vrf: str | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to log in on the devices."""

    username: str
    password: Secret
    enable_secret: Secret | None


@dataclass(slots=True)
class Keepsakes:
    """What an earlier run of the lab left: JSON-able states by name, texts of secrets, the database of each CSSM."""

    clock: datetime | None = None
    devices: Mapping[str, Any] = field(default_factory=dict)
    authorities: Mapping[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, Any] | None = None  # None: those of the topology
    database_url: Callable[[str], str] = field(default=lambda _name: "sqlite://")

    def secret(self, key: str, wanted: str | None = None) -> Secret:
        """The secret of an earlier run, or *wanted*, or a new one."""
        if wanted is None:
            wanted = self.secrets.get(key) or secrets.token_urlsafe(18)
        self.secrets[key] = wanted
        return Secret(wanted)


class Builder:
    """Builds one world from one topology."""

    def __init__(self, topology: Topology, credentials: Credentials, keepsakes: Keepsakes) -> None:
        self.topology = topology
        self.credentials = credentials
        self.keepsakes = keepsakes
        start = max(keepsakes.clock or topology.clock.start, topology.clock.start)
        self.world = World(VirtualClock(start))
        self.authorities: dict[str, AuthorityFact] = {}
        self.devices: dict[str, DeviceFact] = {}

    def build(self) -> None:
        """Make everything; raises `TopologyError`."""
        world = self.world
        world.name_servers.add(NAME_SERVER)
        world.neighbours[str(_GATEWAY)] = Neighbour()
        world.names[CRL_HOST] = "192.0.2.11"
        world.names.update({name.lower(): address for name, address in self.topology.names.items()})
        for proxy in self.topology.proxies:
            address, _, port = proxy.partition(":")
            world.proxies.add((address, int(port)))
        for kinds in (("cssm",), ("cslu", "onprem")):
            for at, plan in enumerate(self.topology.authorities):
                if plan.kind in kinds:
                    with self._at("authorities", at):
                        self._add_authority(plan)
        number = _FIRST_DEVICE
        for at, entry in enumerate(self.topology.devices):
            for name in entry.names:
                with self._at("devices", at):
                    self._add_device(entry, name, str(_NETWORK[number]))
                number += 1
        if self.keepsakes.faults is not None:
            restore_faults(self.world, self.authorities, self.keepsakes.faults)
            return
        for at, fault in enumerate(self.topology.faults):
            known = fault.kind in FAULTS or fault.kind in {one.value for one in FaultKind}
            with self._at("faults", at, "target" if known else "kind"):
                add_fault(self.world, self.authorities, fault.target, fault.kind, span=fault.span, count=fault.count)

    @contextmanager
    def _at(self, *key: str | int) -> Iterator[None]:
        """What goes wrong inside stands at *key* of the file, unless somebody knew the place better."""
        try:
            yield
        except TopologyError:
            raise
        except SmartLicError as error:
            raise self.topology.problem(key, str(error)) from error

    # --- authorities ------------------------------------------------------------------------------------------------

    def _add_authority(self, plan: Authority) -> None:
        now = self.world.clock.now()
        number = len(self.authorities)
        address = plan.address or f"192.0.2.{(10 if plan.kind == 'cssm' else 20) + number}"
        if plan.kind == "cssm":
            fact = self._cssm(plan, now)
            port = 443
        elif plan.kind == "cslu":
            fact = self._cslu(plan, now)
            port = CSLU_PORT
        else:
            fact = self._onprem(plan, now)
            port = 443
        certificate = None
        if port == 443:
            start = self.topology.clock.start
            certificate = ServerCertificate(fact.names, start - MARGIN, start + VALIDITY, crl_host=CRL_HOST)
        self.world.add_site(Site(fact.authority, address, port, certificate), *fact.names)
        self.authorities[plan.name] = fact

    def _cssm(self, plan: Authority, now: datetime) -> AuthorityFact:
        limit = plan.rate_limit
        cssm = Cssm(
            plan.name,
            now=now,
            database=make_private(plan.database or self.keepsakes.database_url(plan.name)),
            processing_time=timedelta(minutes=plan.processing_minutes),
            postman=None if plan.mail is None else _postman(plan.mail),
            rate_limit=None if limit is None else RateLimit(limit.calls, timedelta(seconds=limit.seconds)),
        )
        names = plan.names or (*CSSM_NAMES, f"{plan.name}.{DOMAIN}")
        fact = AuthorityFact(plan, cssm, names)
        here: Key = ("authorities", self.topology.authorities.index(plan))
        is_new = plan.name not in self.keepsakes.authorities
        if is_new and _is_lived_in(cssm):
            raise UsageError(f"{plan.name}: its database has accounts - expected the state folder of their lab")
        if is_new:
            cssm.add_licenses(entitlement for one in self._families() for _, entitlement in one.entitlements)
        for at, operator in enumerate(plan.operators):
            secret = self.keepsakes.secret(f"operator/{plan.name}/{operator.client_id}", operator.client_secret)
            if is_new:
                with self._at(*here, "operators", at):
                    cssm.add_operator(operator.client_id, secret.reveal())
            fact.operators.append(ApiClientFact(operator.client_id, secret, "operator", ""))
        for at, account in enumerate(plan.smart_accounts):
            place: Key = (*here, "smart_accounts", at)
            if is_new:
                self._open_account(cssm, account, place)
            for virtual_account in account.virtual_accounts:
                for token in virtual_account.tokens:
                    text = self.keepsakes.secret(f"token/{plan.name}/{token.name}", token.text)
                    if is_new:
                        with self._at(*place):
                            _add_token(cssm, account, virtual_account, token, text)
                    fact.tokens.append(TokenFact(token.name, account.domain, virtual_account.name, text))
            if is_new:
                with self._at(*place, "users"):
                    _settle(cssm, account)
            for number, client in enumerate(account.api_clients):
                secret = self.keepsakes.secret(f"client/{plan.name}/{client.client_id}", client.client_secret)
                if is_new:
                    with self._at(*place, "api_clients", number):
                        cssm.add_api_client(
                            account.domain,
                            client.client_id,
                            secret.reveal(),
                            client.role,
                            virtual_account=client.virtual_account,
                        )
                fact.api_clients.append(ApiClientFact(client.client_id, secret, client.role, account.domain))
        return fact

    def _open_account(self, cssm: Cssm, plan: SmartAccount, place: Key) -> None:
        """Open a smart account with its agreements, virtual accounts and what these have bought."""
        with self._at(*place):
            cssm.add_smart_account(
                plan.domain,
                plan.name,
                limited_use=plan.limited_use,
                export_controlled_allowed=plan.export_controlled_allowed,
            )
        for at, agreement in enumerate(plan.agreements):
            with self._at(*place, "agreements", at), cssm.work() as work:
                accounting.add_agreement(
                    work,
                    work.smart_account(plan.domain),
                    agreement.subscription_id,
                    agreement.name,
                    ended=work.now + timedelta(days=agreement.term_days),
                    length_days=agreement.period_days,
                )
        for at, home in plan.nested:
            if home.name != DEFAULT_VIRTUAL_ACCOUNT:
                with self._at(*place, "virtual_accounts", at):
                    cssm.add_virtual_account(plan.domain, home.name, home.parent)
        for at, home in enumerate(plan.virtual_accounts):
            self._stock(cssm, plan.domain, home, (*place, "virtual_accounts", at))

    def _stock(self, cssm: Cssm, domain: str, plan: VirtualAccount, place: Key) -> None:
        """Enter what a virtual account has bought, its classic licences, reservations and policy."""
        with cssm.work() as work:
            account = work.smart_account(domain)
            home = work.virtual_account(account, plan.name)
            home.description = plan.description
            for at, pool in enumerate(plan.pools):
                with self._at(*place, "pools", at, "license"):
                    license_ = find_license(work, pool.license)
                with self._at(*place, "pools", at, "agreement"):
                    agreement = (
                        None if pool.agreement is None else accounting.agreement_of(work, account, pool.agreement)
                    )
                ended = None if pool.term_days is None else work.now + timedelta(days=pool.term_days)
                with self._at(*place, "pools", at):
                    add_pool(
                        work,
                        home,
                        license_,
                        pool.quantity,
                        ended=ended,
                        subscription_id=pool.subscription_id,
                        agreement=agreement,
                    )
            for at, pak in enumerate(plan.paks):
                with self._at(*place, "paks", at):
                    equivalent = None if pak.license is None else find_license(work, pak.license)
                    device = None if pak.device is None else Udi(pak.device.pid, pak.device.sn or "")
                    conversions.add_pak(
                        work, home, pak.pak, pak.product, pak.quantity, equivalent=equivalent, device=device
                    )
            for at, plr in enumerate(plan.reservations):
                with self._at(*place, "reservations", at):
                    quantities = {find_license(work, name).tag: count for name, count in plr.licenses.items()}
                    reservations.reserve(work, home, plr.request_code, quantities)
        if plan.policy is not None:
            with self._at(*place, "policy"):
                cssm.set_policy(domain, plan.name, policy_of(plan.policy))

    def _families(self) -> Iterable[Family]:
        """Those of the devices; without devices all, for whoever brings their own."""
        wanted = {entry.platform for entry in self.topology.devices}
        return [one for name, one in families().items() if name in wanted or not wanted]

    def _client_of(self, plan: Authority) -> ApiClientFact:
        """An API client of the upstream CSSM for a relay."""
        upstream = self.authorities[plan.upstream]
        secret = self.keepsakes.secret(f"relay/{plan.name}")
        client = ApiClientFact(f"relay-{plan.name}", secret, "Smart Account administrator", plan.domain)
        if plan.name not in self.keepsakes.authorities:
            assert isinstance(upstream.authority, Cssm)
            upstream.authority.add_api_client(plan.domain, client.client_id, secret.reveal(), client.role)
        return client

    def _forward(self, plan: Authority) -> Callable[[HttpRequest, datetime], HttpResponse]:
        def forward(request: HttpRequest, _now: datetime) -> HttpResponse:
            return self.world.serve(plan.upstream, request)

        return forward

    def _cslu(self, plan: Authority, now: datetime) -> AuthorityFact:
        client = self._client_of(plan)
        cslu = Cslu(
            plan.name,
            now=now,
            forward=self._forward(plan),
            domain=plan.domain,
            virtual_account=plan.virtual_account,
            client_id=client.client_id,
            client_secret=client.client_secret.reveal(),
            is_online=plan.is_online,
            state=self.keepsakes.authorities.get(plan.name),
        )
        return AuthorityFact(plan, cslu, plan.names or (f"{plan.name}.{DOMAIN}", f"cslu-local.{DOMAIN}"))

    def _onprem(self, plan: Authority, now: datetime) -> AuthorityFact:
        client = self._client_of(plan)
        onprem = OnPrem(
            plan.name,
            now=now,
            forward=self._forward(plan),
            database=make_private(self.keepsakes.database_url(plan.name)),
            is_online=plan.is_online,
            state=self.keepsakes.authorities.get(plan.name),
        )
        onprem.add_account(
            plan.local_account,
            domain=plan.domain,
            virtual_account=plan.virtual_account,
            client_id=client.client_id,
            client_secret=client.client_secret.reveal(),
        )
        return AuthorityFact(plan, onprem, plan.names or (f"{plan.name}.{DOMAIN}",))

    # --- devices ----------------------------------------------------------------------------------------------------

    def _add_device(self, entry: DeviceEntry, name: str, address: str) -> None:
        interface, vrf = management_of(entry)
        self.world.connect(name, Uplink(vrf, needs_source_interface=vrf is not None, needs_route=True))
        spec = entry.spec(
            name,
            username=self.credentials.username,
            password=self.credentials.password,
            enable_secret=self.credentials.enable_secret,
            day0=(*uplink_lines(entry, interface, vrf, entry.uplink.address or address), *entry.day0),
        )
        now = self.world.clock.now()
        device = Device(spec, self.world, now=now, state=self.keepsakes.devices.get(name))
        self.world.add_device(name, device)
        self.devices[name] = DeviceFact(entry, device, interface, vrf)
        own = entry.uplink.address or address
        answers = partial(_answers, self.world, device, own)
        self.world.neighbours.setdefault(own, Neighbour(name, frozenset({22}), answers))


def _answers(world: World, device: Device, address: str) -> bool:
    return device.is_up(world.clock.now()) and device.has_address(address)


def _add_token(cssm: Cssm, account: SmartAccount, home: VirtualAccount, plan: Token, text: Secret) -> None:
    allowed = account.export_controlled_allowed and not account.limited_use
    cssm.add_token(
        account.domain,
        home.name,
        expires_after_days=plan.expires_after_days,
        max_uses=plan.max_uses,
        export_controlled=allowed if plan.export_controlled is None else plan.export_controlled,
        text=text.reveal(),
    )


def _is_lived_in(cssm: Cssm) -> bool:
    with cssm.work() as work:
        return work.session.scalar(select(func.count(models.SmartAccount.id))) != 0


def _settle(cssm: Cssm, account: SmartAccount) -> None:
    """Give people their roles, and note what they want to hear of."""
    for user in account.users:
        cssm.add_user(account.domain, user.name, user.role, virtual_account=user.virtual_account, email=user.email)
        if user.email is not None:
            with cssm.work(acting_as=user.name) as work:
                notices.set_preference(
                    work,
                    work.smart_account(account.domain),
                    kinds=[AlertKind(kind) for kind in user.alerts],
                    summary=SummaryRhythm(user.summary),
                )


def _postman(plan: MailPlan) -> notices.Postman:
    """Who takes the mails of CSSM away; a socket is opened only when there is one to take."""
    if plan.spool is not None:
        return MailSpool(plan.spool)
    host, _, port = (plan.smtp or "").partition(":")
    return SmtpServer(host, int(port or 25))


def policy_of(plan: PolicyPlan) -> Policy:
    """The policy that devices print."""

    def attributes(days: tuple[int, int, int]) -> PolicyAttributes:
        return PolicyAttributes(*(PolicyDays(one, PolicyOrigin.CUSTOMER) for one in days))

    return Policy(
        installed=None,
        name=plan.name,
        ack_required=True,
        ack_required_origin=PolicyOrigin.CUSTOMER,
        perpetual=attributes(plan.perpetual),
        subscription=attributes(plan.subscription),
        enforced=attributes(plan.enforced),
        export=attributes(plan.export),
    )


def uplink_lines(entry: DeviceEntry, interface: str, vrf: str | None, address: str) -> tuple[str, ...]:
    """The day-0 configuration of a device's way to its authorities."""
    plan = entry.uplink
    if not plan.configured:
        return ()
    in_vrf = f" vrf {vrf}" if vrf else ""
    lines = [f"ip domain name{in_vrf} {DOMAIN}"]
    if vrf:
        lines.append(f"ip domain name {DOMAIN}")
    if plan.name_servers:
        lines.append(f"ip name-server{in_vrf} {' '.join(plan.name_servers)}")
    lines += [f"interface {interface}", f" ip address {address} {_NETWORK.netmask}", " no shutdown"]
    lines.append(f"ip route{in_vrf} 0.0.0.0 0.0.0.0 {_GATEWAY}")
    if plan.source_interface:
        lines.append(f"ip http client source-interface {interface}")
    return tuple(lines)


def stored_faults(world: World, authorities: Mapping[str, AuthorityFact]) -> dict[str, Any]:
    """The faults in force, JSON-able."""
    return {
        "world": [
            {
                "target": one.target,
                "kind": one.kind.name,
                "until": None if one.until is None else one.until.isoformat(),
                "remaining": one.remaining,
            }
            for one in world.faults
        ],
        "authorities": {name: fact.authority.faults.stored() for name, fact in authorities.items()},
    }


def restore_faults(world: World, authorities: Mapping[str, AuthorityFact], stored: Mapping[str, Any]) -> None:
    """Take up what `stored_faults` gave, as far as its targets are still there."""
    for one in stored["world"]:
        until = None if one["until"] is None else datetime.fromisoformat(one["until"])
        world.faults.append(Fault(one["target"], FAULTS[one["kind"]], until, one["remaining"]))
    for name, faults in stored["authorities"].items():
        if name in authorities:
            authorities[name].authority.faults.restore(faults)


def add_fault(
    world: World, authorities: Mapping[str, AuthorityFact], target: str, kind: str, *, span: Any, count: int | None
) -> None:
    """Add a fault of the network, or one that an authority makes itself; raises `UsageError`."""
    theirs = {one.value for one in FaultKind}
    if kind in theirs and kind not in FAULTS:
        if target not in authorities:
            raise UsageError(
                f"{kind} is a fault of CSSM, CSLU or SSM On-Prem - expected one of {', '.join(authorities)}"
            )
        with world.at(target) as now:
            authorities[target].authority.faults.add(kind, count=count, until=None if span is None else now + span)
        return
    if kind not in FAULTS:
        raise UsageError(f"no fault {kind!r} - expected one of {', '.join(sorted({*FAULTS, *theirs}))}")
    world.add_fault(target, kind, span=span, count=count)
