"""From a topology to a world: authorities with their accounts, devices with their way to them. No sockets."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from nornir_smartlic.errors import SmartLicError, UsageError
from nornir_smartlic.model import Policy, PolicyAttributes, PolicyDays, PolicyOrigin, Secret
from smartlic_lab.authority import Cslu, Cssm, FaultKind, OnPrem, models, notices
from smartlic_lab.authority.accounts import DEFAULT_VIRTUAL_ACCOUNT
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.licenses import add_pool
from smartlic_lab.authority.models import AlertKind, SummaryRhythm
from smartlic_lab.authority.rate import RateLimit
from smartlic_lab.device import Device
from smartlic_lab.platforms import Family, families
from smartlic_lab.running.topology import (
    DOMAIN,
    NAME_SERVER,
    Authority,
    DeviceEntry,
    MailPlan,
    PolicyPlan,
    SmartAccount,
    Topology,
    TopologyError,
    VirtualAccount,
    management_of,
)
from smartlic_lab.transports.mail import MailSpool, SmtpServer
from smartlic_lab.world import FAULTS, ServerCertificate, Site, Uplink, World
from smartlic_lab.world.certificates import MARGIN, VALIDITY
from smartlic_lab.world.clock import VirtualClock
from smartlic_lab.world.network import HttpRequest, HttpResponse

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
        world.names[CRL_HOST] = "192.0.2.11"
        world.names.update({name.lower(): address for name, address in self.topology.names.items()})
        for proxy in self.topology.proxies:
            address, _, port = proxy.partition(":")
            world.proxies.add((address, int(port)))
        for kinds in (("cssm",), ("cslu", "onprem")):
            for at, plan in enumerate(self.topology.authorities):
                if plan.kind in kinds:
                    try:
                        self._add_authority(plan)
                    except SmartLicError as error:
                        raise TopologyError([f"topology: authorities[{at}]: {error}"]) from error
        number = _FIRST_DEVICE
        for at, entry in enumerate(self.topology.devices):
            for name in entry.names:
                try:
                    self._add_device(entry, name, str(_NETWORK[number]))
                except SmartLicError as error:
                    raise TopologyError([f"topology: devices[{at}]: {name}: {error}"]) from error
                number += 1
        for at, fault in enumerate(self.topology.faults):
            try:
                add_fault(self.world, self.authorities, fault.target, fault.kind, span=fault.span, count=fault.count)
            except SmartLicError as error:
                raise TopologyError([f"topology: faults[{at}]: {error}"]) from error

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
            database=plan.database or self.keepsakes.database_url(plan.name),
            processing_time=timedelta(minutes=plan.processing_minutes),
            postman=None if plan.mail is None else _postman(plan.mail),
            rate_limit=None if limit is None else RateLimit(limit.calls, timedelta(seconds=limit.seconds)),
        )
        names = plan.names or (*CSSM_NAMES, f"{plan.name}.{DOMAIN}")
        fact = AuthorityFact(plan, cssm, names)
        is_new = plan.name not in self.keepsakes.authorities
        if is_new and _is_lived_in(cssm):
            raise UsageError(f"{plan.name}: its database has accounts - expected the state folder of their lab")
        if is_new:
            cssm.add_licenses(entitlement for one in self._families() for _, entitlement in one.entitlements)
        for account in plan.smart_accounts:
            if is_new:
                cssm.add_smart_account(account.domain, account.name)
            for virtual_account in account.virtual_accounts:
                if is_new and virtual_account.name != DEFAULT_VIRTUAL_ACCOUNT:
                    cssm.add_virtual_account(account.domain, virtual_account.name, virtual_account.parent)
                if is_new:
                    _stock(cssm, account.domain, virtual_account)
                for token in virtual_account.tokens:
                    text = self.keepsakes.secret(f"token/{plan.name}/{token.name}", token.text)
                    if is_new:
                        cssm.add_token(
                            account.domain,
                            virtual_account.name,
                            expires_after_days=token.expires_after_days,
                            max_uses=token.max_uses,
                            export_controlled=token.export_controlled,
                            text=text.reveal(),
                        )
                    fact.tokens.append(TokenFact(token.name, account.domain, virtual_account.name, text))
            if is_new:
                _settle(cssm, account)
            for client in account.api_clients:
                secret = self.keepsakes.secret(f"client/{plan.name}/{client.client_id}", client.client_secret)
                if is_new:
                    cssm.add_api_client(
                        account.domain,
                        client.client_id,
                        secret.reveal(),
                        client.role,
                        virtual_account=client.virtual_account,
                    )
                fact.api_clients.append(ApiClientFact(client.client_id, secret, client.role, account.domain))
        return fact

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
            database=self.keepsakes.database_url(plan.name),
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
        self.world.connect(name, Uplink(vrf, needs_source_interface=vrf is not None))
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


def _stock(cssm: Cssm, domain: str, plan: VirtualAccount) -> None:
    """Enter what a virtual account has bought, and its policy."""
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account(domain), plan.name)
        for pool in plan.pools:
            ended = None if pool.term_days is None else work.now + timedelta(days=pool.term_days)
            add_pool(work, home, find_license(work, pool.license), pool.quantity, ended=ended)
    if plan.policy is not None:
        cssm.set_policy(domain, plan.name, policy_of(plan.policy))


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


def add_fault(
    world: World, authorities: Mapping[str, AuthorityFact], target: str, kind: str, *, span: Any, count: int | None
) -> None:
    """Add a fault of the network, or one that an authority makes itself; raises `UsageError`."""
    theirs = {one.value for one in FaultKind}
    if kind in theirs and kind not in FAULTS:
        if target not in authorities:
            raise UsageError(f"{kind} is a fault of an authority - expected one of {', '.join(authorities)}")
        with world.at(target) as now:
            authorities[target].authority.faults.add(kind, count=count, until=None if span is None else now + span)
        return
    if kind not in FAULTS:
        raise UsageError(f"no fault {kind!r} - expected one of {', '.join(sorted({*FAULTS, *theirs}))}")
    world.add_fault(target, kind, span=span, count=count)
