"""The topology file of a lab: what is in it, checked whole, every problem with the line and key that has it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from nornir_smartlic.errors import IntentError, SmartLicError, UsageError
from nornir_smartlic.intent import intent_of
from smartlic_lab.authority.accounts import MAX_LEVELS
from smartlic_lab.authority.models import AlertKind
from smartlic_lab.authority.rights import Role
from smartlic_lab.device.factory import interface_names
from smartlic_lab.device.specification import DeviceSpec, MemberSpec, SpecificationError, check
from smartlic_lab.world.clock import parse_span

DOMAIN: Final = "example.com"
NAME_SERVER: Final = "192.0.2.53"
_MAX_DEVICES: Final = 100_000
_MAX_KEYS: Final = 2_000_000  # aliases of aliases make billions of a few lines
_FIRST_YEAR: Final = 1999
_LAST_YEAR: Final = 2200
_SERIAL: Final = re.compile(r"[A-Za-z0-9-]{1,32}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
Key = tuple[str | int, ...]
"""Where something stands in the file: ``("devices", 2, "platform")``."""


class TopologyError(SmartLicError):
    """The file is not a topology; ``problems`` has one line each, its text is the first of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")
        self.problems = tuple(problems)


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("expected letters, digits, dots, dashes and underscores, 63 at most")
    return name


def _account_named(name: str) -> str:
    if not name.strip() or len(name) > 255 or "/" in name:
        raise ValueError("expected 1 to 255 characters, and no slash")
    return name


def _role(name: str) -> str:
    if name not in {role.value for role in Role}:
        raise ValueError(f"expected one of {', '.join(role.value for role in Role)}")
    return name


def _span(value: object) -> object:
    if isinstance(value, str):
        sign, text = (-1, value[1:]) if value[:1] == "-" else (1, value)
        try:
            return sign * parse_span(text)
        except UsageError as error:
            raise ValueError(str(error)) from None
    return value


def _address(value: str) -> str:
    return str(ipaddress.IPv4Address(value))


def _place(value: str) -> str:
    host, _, port = value.partition(":")
    if not host or (port and not (port.isdecimal() and 0 < int(port) < _PORTS)):
        raise ValueError("expected a host, or host:port")
    return value


def _release(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError(f'{value} is a number, and 17.10 would be 17.1 - write it in quotes: "{value}"')
    return value


def _start(value: datetime) -> datetime:
    """An instant that a lab can start at: far from the ends of the calendar, which its clock must not reach."""
    if not _FIRST_YEAR < value.year < _LAST_YEAR:
        raise ValueError(f"expected an instant from {_FIRST_YEAR + 1} to {_LAST_YEAR - 1}")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _zone_offset(value: timedelta) -> timedelta:
    if abs(value) >= timedelta(days=1):
        raise ValueError("expected less than 24 hours")
    return value


def _password(value: str) -> str:
    if not value or not value.isprintable():
        raise ValueError("expected one character or more, and none that controls a terminal")
    return value


def _serial(value: str) -> str:
    if not _SERIAL.fullmatch(value):
        raise ValueError("expected letters, digits and dashes, 32 at most")
    return value


_PORTS: Final = 65536

Name = Annotated[str, AfterValidator(_named)]
Span = Annotated[timedelta, BeforeValidator(_span)]
Address = Annotated[str, AfterValidator(_address)]
Port = Annotated[int, Field(ge=0, le=65535)]
Text = Annotated[str, Field(min_length=1, max_length=255)]
Password = Annotated[str, AfterValidator(_password)]
RoleName = Annotated[str, AfterValidator(_role)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Clock(_Part):
    """When the lab starts, and how fast its time passes (0: by hand)."""

    start: Annotated[datetime, AfterValidator(_start)] = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    speed: float = Field(default=1.0, ge=0, le=10_000_000)


class Credentials(_Part):
    """How to log in on the devices; without a password one is made for the lab."""

    username: Name = "admin"
    password: Password | None = None
    password_env: str | None = None  # the environment variable that has it
    enable_secret: Password | None = None


class Member(_Part):
    """One member of a stack or chassis."""

    pid: str
    sn: Annotated[str, AfterValidator(_serial)] | None = None


class Token(_Part):
    """A token for trust codes; without a text one is made."""

    name: Name
    expires_after_days: int = Field(default=30, ge=1, le=365)
    max_uses: int | None = Field(default=None, ge=1)
    export_controlled: bool | None = None  # None: as far as its smart account may have such licences
    text: str | None = None


class Pool(_Part):
    """Licences that a virtual account has bought."""

    license: str  # its name, its display name or its tag
    quantity: int = Field(ge=1, le=10_000_000)
    term_days: int | None = Field(default=None, ge=1, le=36500)  # None: perpetual
    subscription_id: str | None = None
    agreement: str | None = None  # the subscription id of the enterprise agreement that it is bought under


class Pak(_Part):
    """Classic licences that a virtual account has."""

    pak: Text
    product: Text
    quantity: int = Field(ge=1, le=10_000_000)
    license: str | None = None  # its smart equivalent; None: it has none
    device: Member | None = None  # who it is registered to


class ReservationPlan(_Part):
    """Licences that are reserved for a device (SLR), by its request code; none named: all it wants (PLR)."""

    request_code: Text
    licenses: dict[str, int] = Field(default_factory=dict)  # names or tags, and how many


class AgreementPlan(_Part):
    """An enterprise agreement, which is trued forward at the end of each period."""

    subscription_id: Text
    name: Text
    term_days: int = Field(default=1095, ge=1, le=36500)
    period_days: int = Field(default=365, ge=1, le=36500)


class PolicyPlan(_Part):
    """A custom policy; of each class of licences: first report, frequency and report on change, in days."""

    name: str = "Custom Policy"
    perpetual: tuple[int, int, int] = (365, 0, 90)
    subscription: tuple[int, int, int] = (90, 90, 90)
    enforced: tuple[int, int, int] = (0, 0, 0)
    export: tuple[int, int, int] = (0, 0, 0)


class VirtualAccount(_Part):
    """A virtual account of CSSM; ``parent`` is the name of another, wherever that stands."""

    name: Annotated[str, AfterValidator(_account_named)]
    parent: str | None = None
    description: str = Field(default="", max_length=255)
    tokens: tuple[Token, ...] = ()
    pools: tuple[Pool, ...] = ()
    paks: tuple[Pak, ...] = ()
    reservations: tuple[ReservationPlan, ...] = ()
    policy: PolicyPlan | None = None  # None: the Cisco default


class ApiClient(_Part):
    """A program that may use CSSM's API; without a secret one is made."""

    client_id: Name
    client_secret: str | None = None
    role: RoleName = "Smart Account administrator"
    virtual_account: str | None = None


class User(_Part):
    """A person with a role in a smart account, or in one of its virtual accounts; mails go to the address."""

    name: Name
    role: RoleName = "Smart Account administrator"
    virtual_account: str | None = None
    email: str | None = None
    alerts: tuple[str, ...] = tuple(kind.value for kind in AlertKind)  # what a mail is written of at once
    summary: Literal["never", "daily", "weekly"] = "never"

    @model_validator(mode="after")
    def _is_reachable(self) -> User:
        if self.email is None and self.summary != "never":
            raise ValueError("a summary needs an email")
        unknown = [one for one in self.alerts if one not in {kind.value for kind in AlertKind}]
        if unknown:
            raise ValueError(f"no alert {unknown[0]!r} - expected {', '.join(kind.value for kind in AlertKind)}")
        return self


class SmartAccount(_Part):
    """A smart account of CSSM."""

    domain: Name = DOMAIN
    name: Text | None = None
    limited_use: bool = False  # the default virtual account alone, no export-controlled licences
    export_controlled_allowed: bool = True
    agreements: tuple[AgreementPlan, ...] = ()
    virtual_accounts: tuple[VirtualAccount, ...] = ()
    users: tuple[User, ...] = ()
    api_clients: tuple[ApiClient, ...] = (ApiClient(client_id="smartlic"),)

    @property
    def nested(self) -> tuple[tuple[int, VirtualAccount], ...]:
        """The virtual accounts with their places in the file, each after its parent."""
        left = dict(enumerate(self.virtual_accounts))
        listed: list[tuple[int, VirtualAccount]] = []
        made = {None, "DEFAULT"}
        while left:
            ready = [at for at, one in left.items() if one.parent in made]
            if not ready:  # a loop, which is refused before
                break
            for at in ready:
                made.add(left[at].name)
                listed.append((at, left.pop(at)))
        return tuple(listed)


class OperatorClient(_Part):
    """A program that acts as Cisco's side on CSSM's API; without a secret one is made."""

    client_id: Name = "operator"
    client_secret: str | None = None


class MailPlan(_Part):
    """Where the notices of a CSSM go: a folder, or an SMTP server."""

    spool: Path | None = None
    smtp: Annotated[str, AfterValidator(_place)] | None = None  # host, or host:port

    @model_validator(mode="after")
    def _is_one_way(self) -> MailPlan:
        if (self.spool is None) == (self.smtp is None):
            raise ValueError("expected one of spool and smtp")
        return self


class RateLimitPlan(_Part):
    """How often one API client may call; above that it is answered 429 with Retry-After."""

    calls: int = Field(ge=1)
    seconds: float = Field(default=60.0, gt=0)


class Authority(_Part):
    """CSSM, or what stands in front of it."""

    name: Name
    kind: Literal["cssm", "cslu", "onprem"]
    port: Port = 0  # of the real server; 0: chosen free
    address: Address | None = None  # in the lab's network
    names: tuple[str, ...] = ()  # in the lab's DNS; none: those that devices expect
    smart_accounts: tuple[SmartAccount, ...] = ()  # of a CSSM
    operators: tuple[OperatorClient, ...] = (OperatorClient(),)  # of a CSSM
    processing_minutes: float = Field(default=2.0, ge=0)  # of usage reports, by a CSSM
    database: str | None = None  # of a CSSM, as SQLAlchemy's URL; none: SQLite in memory, or in the lab's state folder
    mail: MailPlan | None = None  # of a CSSM
    rate_limit: RateLimitPlan | None = None  # of a CSSM
    upstream: Name = "cssm"  # of a CSLU or On-Prem
    domain: str = DOMAIN  # the account that a CSLU or On-Prem is bound to
    virtual_account: str = "DEFAULT"  # the one that comes with each account
    local_account: str = "LAB"  # of an On-Prem: in the URL of its devices
    is_online: bool = True  # False: it reaches CSSM by file only


class UplinkPlan(_Part):
    """How a device reaches the authorities. What is not said is what its family usually does."""

    vrf: str | None = None
    interface: str | None = None
    address: Address | None = None
    name_servers: tuple[Address, ...] = (NAME_SERVER,)
    source_interface: bool = True  # ip http client source-interface is configured
    configured: bool = True  # False: nothing of this stands in the day-0 configuration


class DeviceEntry(_Part):
    """A device, or *count* of them: ``access-00001`` and so on."""

    name: Name
    platform: str = "c9300"
    release: Annotated[str, BeforeValidator(_release)] = "17.12"
    count: int = Field(default=1, ge=1, le=_MAX_DEVICES)
    members: int | tuple[Member, ...] = 1
    hostname: Name | None = None
    licenses: dict[str, int] = Field(default_factory=dict)
    access_points: int = Field(default=0, ge=0)
    timezone: str = "UTC"
    timezone_offset: Annotated[Span, AfterValidator(_zone_offset)] = timedelta()
    clock_offset: Span = timedelta()  # how wrong its clock is
    clock_authoritative: bool = True
    boot_seconds: int | None = Field(default=None, ge=0)
    controller_managed: bool = False
    port: Port = 0
    address: Address | None = None  # of its own on loopback, with "addresses: own"
    uplink: UplinkPlan = UplinkPlan()
    day0: tuple[str, ...] = ()
    groups: tuple[Name, ...] = ()
    door: Literal["netmiko", "scrapli"] = "netmiko"
    smart_licensing: dict[str, Any] | None = None  # what the inventory asks of it

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its devices."""
        if self.count == 1:
            return (self.name,)
        width = len(str(self.count))
        return tuple(f"{self.name}-{number:0{width}}" for number in range(1, self.count + 1))

    def port_of(self, name: str) -> int:
        """The SSH port of the device called *name*; 0: it is chosen free."""
        return self.port + self.names.index(name) if self.port else 0

    def spec(self, name: str, **secrets: Any) -> DeviceSpec:
        """The specification of the device called *name*; raises `SpecificationError`."""
        members: tuple[MemberSpec, ...] | int = (
            self.members
            if isinstance(self.members, int)
            else tuple(MemberSpec(member.pid, member.sn) for member in self.members)
        )
        return DeviceSpec(
            name=name,
            platform=self.platform,
            release=self.release,
            members=members,
            hostname=self.hostname,
            licenses=self.licenses,
            access_points=self.access_points,
            timezone=(self.timezone, self.timezone_offset),
            clock_offset=self.clock_offset,
            clock_authoritative=self.clock_authoritative,
            boot_seconds=self.boot_seconds,
            controller_managed=self.controller_managed,
            **secrets,
        )


class Group(_Part):
    """A group of the inventory."""

    smart_licensing: dict[str, Any] | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class FaultPlan(_Part):
    """A fault that is there from the start."""

    target: str
    kind: str
    span: Span | None = None
    count: int | None = Field(default=None, ge=1)


class Topology(_Part):
    """A whole lab."""

    clock: Clock = Clock()
    credentials: Credentials = Credentials()
    addresses: Literal["shared", "own"] = "shared"  # own: each device has a loopback address, all the same port
    authorities: tuple[Authority, ...] = ()
    names: dict[str, Address] = Field(default_factory=dict)  # more names in the lab's DNS
    proxies: tuple[str, ...] = ()  # address:port
    groups: dict[str, Group] = Field(default_factory=dict)
    smart_licensing: dict[str, Any] | None = None  # the inventory's defaults
    devices: tuple[DeviceEntry, ...] = Field(default=(), max_length=_MAX_DEVICES)
    faults: tuple[FaultPlan, ...] = ()
    _file: str = PrivateAttr("topology")
    _lines: Mapping[Key, int] = PrivateAttr(default_factory=dict)

    def problem(self, key: Key, problem: str) -> TopologyError:
        """The error for what turns out only when the lab is built, with file, line and key."""
        return TopologyError([_located(self._file, self._lines, key, problem)])

    def with_ports_from(self, first: int) -> Topology:
        """This topology with SSH ports named, one after another in the order of the devices, where none is."""
        devices = []
        for entry in self.devices:
            devices.append(entry if entry.port else entry.model_copy(update={"port": first}))
            first += len(entry.names)
        if first > _PORTS:
            raise UsageError(f"there are no {first - _PORTS} ports behind {_PORTS - 1} - expected a smaller first port")
        return self.model_copy(update={"devices": tuple(devices)})

    @property
    def first_domain(self) -> str:
        """The domain of the first smart account."""
        accounts = (account for authority in self.authorities for account in authority.smart_accounts)
        return next((account.domain for account in accounts), DOMAIN)

    def with_defaults(self) -> Topology:
        """The same with a CSSM where none is named: one account with one token, which suits any device."""
        if any(authority.kind == "cssm" for authority in self.authorities):
            return self
        account = SmartAccount(virtual_accounts=(VirtualAccount(name="DEFAULT", tokens=(Token(name="default"),)),))
        cssm = Authority(name="cssm", kind="cssm", smart_accounts=(account,))
        return self.model_copy(update={"authorities": (*self.authorities, cssm)})


def find_topology(name: str) -> Path:
    """The file that *name* means: a path, or a topology that comes with the lab, without its ending."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return path
    here = Path(__file__).parents[1]
    folders = (here / "topologies", here.parent / "topologies")
    for folder in folders:
        if (folder / f"{name}.yaml").exists():
            return folder / f"{name}.yaml"
    known = sorted({file.stem for folder in folders if folder.exists() for file in folder.glob("*.yaml")})
    raise TopologyError([f"no topology {name!r} - expected a file, or one of {', '.join(known)}"])


def load_topology(path: Path) -> Topology:
    """The topology in the file *path*; raises `TopologyError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise TopologyError([f"{path}: {reason}"]) from error
    return parse_topology(text, str(path))


def parse_topology(text: str, file: str = "topology") -> Topology:
    """The topology in the YAML *text*; *file* is what errors call it. Raises `TopologyError`."""
    yaml = YAML(typ="safe", pure=True)  # pure: the one that can compose, which is where lines come from
    try:
        node = yaml.compose(text)
        lines: dict[Key, int] = {}
        if node is not None:
            _enter_lines(lines, node, (), yaml)
        data = None if node is None else yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{file}:{mark.line + 1}" if mark else file
        raise TopologyError([f"{where}: not YAML: {error.problem or error.context}"]) from error
    except YAMLError as error:
        raise TopologyError([f"{file}:1: not YAML: {str(error).splitlines()[0]}"]) from error
    except (ValueError, OverflowError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise TopologyError([f"{file}:1: not YAML: {reason}"]) from error
    if data is None:
        raise TopologyError([f"{file}:1: it is empty - expected keys such as devices or authorities"])
    return check_topology(data, file, lines)


def check_topology(data: object, file: str = "topology", lines: Mapping[Key, int] | None = None) -> Topology:
    """The topology in *data*; raises `TopologyError` with everything that is wrong."""
    lines = lines or {}

    def located(key: Key, problem: str) -> str:
        return _located(file, lines, key, problem)

    if not isinstance(data, Mapping):
        raise TopologyError([located((), f"expected keys such as devices, not {type(data).__name__}")])
    try:
        topology = Topology.model_validate(data)
    except ValidationError as error:
        listed = [(_key(found["loc"], data), found) for found in error.errors(include_url=False)]
        deeper = {key[:end] for key, _ in listed for end in range(len(key))}
        problems = [  # of a union's branches the one counts that got further
            located(key, _problem(found))
            for key, found in listed
            if not (key in deeper and str(found["type"]).endswith("_type"))
        ]
        raise TopologyError(list(dict.fromkeys(problems))) from None
    problems = [located(key, problem) for key, problem in _contradictions(topology)]
    if problems:
        raise TopologyError(problems)
    topology = topology.with_defaults()
    topology._file, topology._lines = file, lines
    return topology


def _located(file: str, lines: Mapping[Key, int], key: Key, problem: str) -> str:
    line = next((lines[key[:end]] for end in range(len(key), -1, -1) if key[:end] in lines), None)
    where = file if line is None else f"{file}:{line}"
    return f"{where}: {_dotted(key)}: {problem}" if key else f"{where}: {problem}"


def _contradictions(topology: Topology) -> list[tuple[Key, str]]:
    found = [*_wrong_devices(topology), *_wrong_authorities(topology), *_wrong_intents(topology)]
    if topology.credentials.password is not None and topology.credentials.password_env is not None:
        found.append((("credentials", "password_env"), "there is a password already"))
    for at, proxy in enumerate(topology.proxies):
        if not _is_proxy(proxy):
            found.append((("proxies", at), f"{proxy!r} - expected ADDRESS:PORT"))
    return found


def _is_proxy(text: str) -> bool:
    address, _, port = text.partition(":")
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return port.isdecimal() and len(port) < 6 and 0 < int(port) < _PORTS


def _wrong_devices(topology: Topology) -> list[tuple[Key, str]]:
    found: list[tuple[Key, str]] = []
    names: dict[str, int] = {authority.name: -1 for authority in topology.authorities}
    ports: dict[int, str] = {authority.port: authority.name for authority in topology.authorities if authority.port}
    serials: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for at, entry in enumerate(topology.devices):
        here: Key = ("devices", at)
        twice = next((name for name in entry.names if name in names), None)
        if twice is not None:
            found.append(((*here, "name"), f"{twice!r} is the name of something else, too"))
        names.update(dict.fromkeys(entry.names, at))
        if entry.port and topology.addresses == "shared":
            taken = next((port for port in range(entry.port, entry.port + entry.count) if port in ports), None)
            if taken is not None:
                found.append(((*here, "port"), f"port {taken} is in use by {ports[taken]!r}"))
            elif entry.port + entry.count > 65536:
                found.append(((*here, "port"), f"{entry.count} devices from port {entry.port} go beyond 65535"))
            ports.update({entry.port + number: name for number, name in enumerate(entry.names)})
        if entry.count > 1:
            for key in ("hostname", "address"):
                if getattr(entry, key) is not None:
                    found.append(((*here, key), f"is for one device, and count is {entry.count}"))
        if entry.address is not None:
            if topology.addresses == "shared":
                found.append(((*here, "address"), "is for labs with addresses: own"))
            elif addresses.setdefault(entry.address, entry.name) != entry.name:
                found.append(((*here, "address"), f"is the address of {addresses[entry.address]!r}, too"))
        for number, group in enumerate(entry.groups):
            if group not in topology.groups:
                known = ", ".join(topology.groups) or "none"
                found.append(((*here, "groups", number), f"no group {group!r} - there are: {known}"))
        if not isinstance(entry.members, int):
            for number, member in enumerate(entry.members):
                if member.sn is not None and serials.setdefault(member.sn, entry.name) != entry.name:
                    place: Key = (*here, "members", number, "sn")
                    found.append((place, f"{member.sn} is the serial number of {serials[member.sn]!r}, too"))
        try:
            check(entry.spec(entry.names[0]))
        except SpecificationError as error:
            found.append(((*here, error.key), error.problem))
        else:
            found += [((*here, "uplink", key), problem) for key, problem in _wrong_uplink(entry)]
    return found


def _wrong_uplink(entry: DeviceEntry) -> list[tuple[str, str]]:
    interfaces = dict(interface_names(check(entry.spec(entry.names[0]))))
    if entry.uplink.interface is not None and entry.uplink.interface not in interfaces:
        shown = ", ".join(list(interfaces)[:4])
        return [("interface", f"{entry.platform} has no interface {entry.uplink.interface!r} - it has {shown}, ...")]
    lines = "\n".join(entry.day0)
    made = re.findall(r"(?m)^\s*(?:vrf definition|ip vrf) (\S+)", lines)
    known = dict.fromkeys([vrf for vrf in interfaces.values() if vrf is not None] + made)
    if entry.uplink.vrf is not None and entry.uplink.vrf not in known:
        shown = ", ".join(known) or "none"
        return [("vrf", f"{entry.platform} has no VRF {entry.uplink.vrf!r} - there are: {shown}; day0 can define one")]
    return []


_OF_CSSM: Final = ("smart_accounts", "operators", "processing_minutes", "database", "mail", "rate_limit")
_OF_RELAYS: Final = ("upstream", "domain", "virtual_account", "is_online")


def _wrong_authorities(topology: Topology) -> list[tuple[Key, str]]:
    found: list[tuple[Key, str]] = []
    seen: dict[str, dict[Any, str]] = {"name": {}, "port": {}, "address": {}}
    for at, authority in enumerate(topology.authorities):
        here: Key = ("authorities", at)
        for key, taken in seen.items():
            value = getattr(authority, key)
            if value and value in taken:
                what = f"{value!r} is the {key} of {'something else' if key == 'name' else repr(taken[value])}, too"
                found.append(((*here, key), what))
            taken[value] = authority.name
        foreign = {"cssm": (*_OF_RELAYS, "local_account"), "cslu": (*_OF_CSSM, "local_account"), "onprem": _OF_CSSM}
        for key in foreign[authority.kind]:
            if key in authority.model_fields_set:
                found.append(((*here, key), f"is no key of a {authority.kind}"))
        found += [((*here, *key), problem) for key, problem in _wrong_accounts(authority)]
    whole = topology.with_defaults()
    accounts = {
        (authority.name, account.domain): {"DEFAULT", *(one.name for one in account.virtual_accounts)}
        for authority in whole.authorities
        for account in authority.smart_accounts
    }
    cssms = {authority.name for authority in whole.authorities if authority.kind == "cssm"}
    for at, authority in enumerate(topology.authorities):
        if authority.kind == "cssm":
            continue
        here = ("authorities", at)
        if authority.upstream not in cssms:
            found.append(((*here, "upstream"), f"no CSSM {authority.upstream!r} - there are: {', '.join(cssms)}"))
        elif authority.virtual_account not in accounts.get((authority.upstream, authority.domain), set()):
            problem = f"{authority.upstream} has no virtual account {authority.virtual_account!r} in {authority.domain}"
            found.append(((*here, "virtual_account"), problem))
    return found


def _wrong_accounts(authority: Authority) -> list[tuple[Key, str]]:
    found: list[tuple[Key, str]] = []
    domains: set[str] = set()
    tokens: set[str] = set()
    operators = {one.client_id for one in authority.operators}
    for at, account in enumerate(authority.smart_accounts):
        here: Key = ("smart_accounts", at)
        if account.domain in domains:
            found.append(((*here, "domain"), f"{account.domain!r} stands twice"))
        domains.add(account.domain)
        homes = {"DEFAULT": -1}
        for number, home in enumerate(account.virtual_accounts):
            place: Key = (*here, "virtual_accounts", number)
            if homes.setdefault(home.name, number) not in (number, -1):
                found.append(((*place, "name"), f"{home.name!r} stands twice"))
            if account.limited_use and home.name != "DEFAULT":
                found.append(((*place, "name"), "an account of limited use has no other virtual account than DEFAULT"))
            for token_number, token in enumerate(home.tokens):
                if token.name in tokens:
                    found.append(((*place, "tokens", token_number, "name"), f"{token.name!r} stands twice"))
                tokens.add(token.name)
        found += [
            ((*here, "virtual_accounts", number, "parent"), problem) for number, problem in _wrong_parents(account)
        ]
        people: list[tuple[Key, User | ApiClient]] = [(("users", n), one) for n, one in enumerate(account.users)]
        people += [(("api_clients", n), one) for n, one in enumerate(account.api_clients)]
        for inner, person in people:
            found += [((*here, *inner, *last), problem) for last, problem in _wrong_scope(person, homes)]
        clients = set(operators)
        for number, client in enumerate(account.api_clients):
            if client.client_id in clients:
                found.append(((*here, "api_clients", number, "client_id"), f"{client.client_id!r} stands twice"))
            clients.add(client.client_id)
    return found


def _wrong_scope(person: User | ApiClient, homes: Mapping[str, int]) -> list[tuple[Key, str]]:
    if person.virtual_account is not None and person.virtual_account not in homes:
        known = ", ".join(homes)
        return [(("virtual_account",), f"no virtual account {person.virtual_account!r} - there are: {known}")]
    if Role(person.role).is_over_virtual_account and person.virtual_account is None:
        return [(("role",), f"{person.role} is a role over one virtual account - expected virtual_account")]
    if not Role(person.role).is_over_virtual_account and person.virtual_account is not None:
        return [(("virtual_account",), f"{person.role} is a role over the whole smart account")]
    return []


def _wrong_parents(account: SmartAccount) -> list[tuple[int, str]]:
    """The place of each virtual account whose parent is wrong."""
    parents: dict[str, str | None] = {"DEFAULT": None}
    parents.update((one.name, one.parent) for one in account.virtual_accounts)
    found = []
    for number, home in enumerate(account.virtual_accounts):
        if home.parent is None:
            continue
        if home.name == "DEFAULT":
            found.append((number, "the default virtual account stays on the first level"))
        elif home.parent not in parents:
            found.append((number, f"no virtual account {home.parent!r} - there are: {', '.join(parents)}"))
        else:
            level = 1
            above: str | None = home.parent
            while above is not None and level <= MAX_LEVELS:
                level, above = level + 1, parents.get(above)
            if level > MAX_LEVELS:
                found.append((number, f"virtual accounts nest {MAX_LEVELS} levels deep, and not in a loop"))
    return found


def _wrong_intents(topology: Topology) -> list[tuple[Key, str]]:
    places: list[tuple[Key, dict[str, Any] | None]] = [(("smart_licensing",), topology.smart_licensing)]
    places += [(("groups", name, "smart_licensing"), group.smart_licensing) for name, group in topology.groups.items()]
    places += [(("devices", at, "smart_licensing"), entry.smart_licensing) for at, entry in enumerate(topology.devices)]
    found: list[tuple[Key, str]] = []
    for place, data in places:
        try:
            intent_of(data)
        except IntentError as error:
            keys = tuple(error.path.split(".")[1:])
            found.append(((*place, *keys), f"{error.found} - expected {error.expected}"))
    return found


# --- lines of the file ----------------------------------------------------------------------------------------------


def _enter_lines(lines: dict[Key, int], node: Node, key: Key, yaml: YAML) -> None:
    """Enter the line of each key, counted from 1; a second key of the same name does not win in silence.

    Raises `MarkedYAMLError` for such a key, for a date that there is not, and for aliases without end.
    """
    if len(lines) > _MAX_KEYS:
        raise MarkedYAMLError(None, None, f"there are more than {_MAX_KEYS} keys and values", node.start_mark)
    lines[key] = node.start_mark.line + 1
    if isinstance(node, MappingNode):
        for name, value in node.value:
            inner = (*key, str(name.value))
            if inner in lines:
                raise MarkedYAMLError(None, None, f"the key {name.value!r} stands twice", name.start_mark)
            _enter_lines(lines, value, inner, yaml)
            lines[inner] = name.start_mark.line + 1
    elif isinstance(node, SequenceNode):
        for at, value in enumerate(node.value):
            _enter_lines(lines, value, (*key, at), yaml)
    elif node.tag == "tag:yaml.org,2002:timestamp":
        try:
            yaml.constructor.construct_object(node)
        except (ValueError, OverflowError) as error:
            raise MarkedYAMLError(None, None, f"{_dotted(key)}: {node.value!r}: {error}", node.start_mark) from error


def _key(location: tuple[int | str, ...], data: object) -> Key:
    """Pydantic's place, without the names of union branches that it puts in: what is in *data*, or missing there."""
    key: list[str | int] = []
    at: Any = data
    for number, part in enumerate(location):
        if isinstance(at, Mapping):
            if part in at:
                at = at[part]
            elif number < len(location) - 1 or not str(part).isidentifier():
                continue
        elif isinstance(at, list | tuple) and isinstance(part, int) and part < len(at):
            at = at[part]
        else:
            continue
        key.append(part)
    return tuple(key)


_PLAINER: Final = {
    "tuple_type": "expected a list", "list_type": "expected a list",
    "dict_type": "expected keys with values", "model_type": "expected keys with values",
}  # fmt: skip
"""What the file's reader calls those types of pydantic's."""


def _problem(found: Any) -> str:
    if found["type"] == "extra_forbidden":
        return "there is no such key"
    message = str(found["msg"]).removeprefix("Value error, ")
    message = _PLAINER.get(str(found["type"]), message)
    message = message[:1].lower() + message[1:]
    value = found.get("input")
    secret = any(part in ("password", "enable_secret", "client_secret", "text") for part in found["loc"])
    if secret or isinstance(value, Mapping | list) or found["type"] == "missing":
        return message
    return message if repr(value) in message else f"{value!r}: {message}"


def _dotted(key: Key) -> str:
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def management_of(entry: DeviceEntry) -> tuple[str, str | None]:
    """The interface that a device is reached by, and its VRF: as the entry says, else as its family usually does."""
    interfaces = interface_names(check(entry.spec(entry.names[0])))
    if entry.uplink.interface is not None:
        return entry.uplink.interface, entry.uplink.vrf or dict(interfaces)[entry.uplink.interface]
    for name, vrf in interfaces:
        if vrf is not None and entry.uplink.vrf in (None, vrf):
            return name, vrf
    physical = next(name for name, _ in interfaces if "Ethernet" in name)
    return physical, entry.uplink.vrf
