"""A lab that runs: a world built from a topology, its clock, and servers on an event loop in the background."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import tempfile
import threading
from collections.abc import Coroutine, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

from nornir_smartlic.errors import StoreError, UsageError
from nornir_smartlic.model import Secret
from smartlic_lab.authority import Cslu, Cssm, OnPrem
from smartlic_lab.authority.cssm import latest_instant
from smartlic_lab.device import Device
from smartlic_lab.running.builder import (
    AuthorityFact,
    Builder,
    Credentials,
    DeviceFact,
    Keepsakes,
    add_fault,
    stored_faults,
)
from smartlic_lab.running.inventory import InventoryDevice, InventoryFacts, InventoryToken, write_inventory
from smartlic_lab.running.state import StateFolder
from smartlic_lab.running.topology import Topology, check_topology, find_topology, load_topology
from smartlic_lab.world import World
from smartlic_lab.world.certificates import CertificateAuthority, write_private
from smartlic_lab.world.clock import VirtualClock

LOOPBACK: Final = "127.0.0.1"
_OWN_ADDRESSES: Final = 0x7F010001  # 127.1.0.1, the first device with "addresses: own"
_log = logging.getLogger(__name__)
_STORE_SECONDS: Final = 30.0
_NOTE_SECONDS: Final = 1.0
T = TypeVar("T")


class Lab:
    """One lab; a context manager that starts it and stops it.

    Args:
        topology: what is in it.
        folder: where keys, certificates and the password are; None: a temporary one, gone at the end.
        keep: what devices and authorities know is stored in *folder* at the end, and found again.
        serve: False: no sockets, everything in memory.
        address: where servers listen.
        host: the name or address that clients use; it stands in inventories and certificates.
    """

    def __init__(
        self,
        topology: Topology,
        *,
        folder: Path | None = None,
        keep: bool = False,
        serve: bool = True,
        address: str = LOOPBACK,
        host: str | None = None,
    ) -> None:
        if keep and folder is None:
            raise UsageError("a lab that keeps its state needs a folder for it")
        self.topology = topology
        self.address = address
        self.host = host or (LOOPBACK if address == "0.0.0.0" else address)  # noqa: S104  it is only compared
        self._temporary = tempfile.TemporaryDirectory(prefix="smartlic-lab-") if folder is None else None
        self.folder = Path(self._temporary.name) if self._temporary is not None else folder or Path()
        self._keep = keep
        self._serve = serve
        self._state = StateFolder(self.folder)
        self._keepsakes = self._remembered()
        self.credentials = self._credentials()
        builder = Builder(topology, self.credentials, self._keepsakes)
        builder.build()
        self.world: World = builder.world
        self.authorities: Mapping[str, AuthorityFact] = builder.authorities
        self._facts: Mapping[str, DeviceFact] = builder.devices
        self.ports: dict[str, tuple[str, int]] = {}  # device or authority -> where its server is
        self._had: dict[str, Any] = {}  # device -> what of it is on the disk
        self.ca_file: Path | None = None
        self._host_key = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads: list[threading.Thread] = []
        self._stop_pump = threading.Event()
        self._servers: list[Any] = []

    @classmethod
    def from_file(cls, path: str | Path, **options: Any) -> Lab:
        """The lab of a topology file, or of a topology that comes with the lab; raises `TopologyError`."""
        return cls(load_topology(find_topology(str(path))), **options)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], **options: Any) -> Lab:
        """The lab of a topology in Python; raises `TopologyError`."""
        return cls(check_topology(data), **options)

    # --- what is in it ----------------------------------------------------------------------------------------------

    @property
    def devices(self) -> Mapping[str, Device]:
        """The devices by name."""
        return {name: fact.device for name, fact in self._facts.items()}

    def device(self, name: str) -> Device:
        """The device of that name; raises `UsageError`."""
        if name not in self._facts:
            raise UsageError(f"no device {name!r} in this lab")
        return self._facts[name].device

    @property
    def cssm(self) -> Cssm:
        """The first CSSM."""
        found = next(fact.authority for fact in self.authorities.values() if fact.plan.kind == "cssm")
        assert isinstance(found, Cssm)
        return found

    def api_authority(self, name: str | None = None) -> Any:
        """The CSSM or SSM On-Prem of that name, or the first CSSM; raises `UsageError`."""
        known = {key: fact for key, fact in self.authorities.items() if isinstance(fact.authority, Cssm)}
        if name is None:
            return next(fact for fact in known.values() if fact.plan.kind == "cssm")
        if name not in known:
            raise UsageError(f"no CSSM or SSM On-Prem {name!r} - there are: {', '.join(known)}")
        return known[name]

    @property
    def clock(self) -> VirtualClock:
        """The clock; let time pass with `advance`."""
        return self.world.clock

    def advance(self, span: timedelta) -> datetime:
        """Let *span* pass and give the new instant."""
        return self.world.advance(span)

    def execute(self, device: str, *lines: str) -> str:
        """What a fresh privileged session of *device* prints for *lines*, without a socket."""
        found = self.device(device)
        with self.world.at(device) as now:
            session = found.open_session(now, username=self.credentials.username, privilege=15)
            session.terminal_length = 0
            output = "".join(session.execute(line, now).output for line in lines)
            session.close()
        return output

    def token(self, virtual_account: str | None = None) -> Secret:
        """A token of *virtual_account*, or the first there is."""
        for fact in self.authorities.values():
            for token in fact.tokens:
                if virtual_account in (None, token.virtual_account):
                    return token.text
        raise UsageError(f"no token for virtual account {virtual_account!r} in this lab")

    def add_fault(self, target: str, kind: str, *, span: timedelta | None = None, count: int | None = None) -> None:
        """Let something fail; raises `UsageError` for a thing or kind that there is not."""
        add_fault(self.world, self.authorities, target, kind, span=span, count=count)
        if self._keep:
            self._note_lab()

    def clear_faults(self, target: str | None = None) -> int:
        """End the faults of *target*, or all; how many there were."""
        count = self.world.clear_faults(target)
        for name, fact in self.authorities.items():
            if target in (None, name):
                with self.world.at(name):
                    count += len(fact.authority.faults.listed())
                    fact.authority.faults.clear()
        if self._keep:
            self._note_lab()
        return count

    def fault_list(self) -> list[dict[str, Any]]:
        """The faults in force, JSON-able."""
        found = [
            {"target": one.target, "kind": one.kind.name, "until": _iso(one.until), "remaining": one.remaining}
            for one in self.world.faults
        ]
        for name, fact in self.authorities.items():
            for one in fact.authority.faults.listed():
                until = _iso(one.until)
                found.append({"target": name, "kind": one.kind.value, "until": until, "remaining": one.remaining})
        return found

    # --- running ----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Lab:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the servers and the clock; raises `TopologyError` where a port is in use."""
        try:
            if self._serve:
                _allow_many_files()
                self._loop = asyncio.new_event_loop()
                self._start_thread(self._loop.run_forever, "smartlic-lab servers")
                self._prepare_certificates()
                self._on_loop(self._start_servers())
            self.world.set_speed(self.topology.clock.speed)
            self._start_thread(lambda: self.world.pump(self._stop_pump), "smartlic-lab clock")
            if self._keep:
                self.store()  # so that a lab that is killed at once finds its secrets again
                self.world.settled = self._note_saved
                self._start_thread(self._keep_storing, "smartlic-lab state")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything, and store what is to be kept."""
        self.world.set_speed(0)
        self._stop_pump.set()
        if self._loop is not None:
            for server in self._servers:
                self._on_loop(server.stop())
            self._servers.clear()
            self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join()
        if self._loop is not None:
            self._loop.close()
            self._loop = None
        self._threads.clear()
        if self._keep:
            self.store()
        for fact in self.authorities.values():
            if isinstance(fact.authority, Cssm):
                fact.authority.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _keep_storing(self) -> None:
        """Store for a lab that is killed: what CSSM may know of a device soon, all of it now and then."""
        left = _STORE_SECONDS
        while not self._stop_pump.wait(_NOTE_SECONDS):
            left -= _NOTE_SECONDS
            try:
                self._note_exchanged()
                self._note_lab()
                if left <= 0:
                    self.store()
                    left = _STORE_SECONDS
            except StoreError as error:  # a full disk may be emptied; `stop` says it too
                _log.warning("the lab's state was not written: %s", error)

    def _start_thread(self, work: Any, name: str) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        """Run *work* on the event loop of the servers and wait for it."""
        return self._on_loop(work)

    def _on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise UsageError("this lab has no servers")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def keep_server(self, server: Any) -> None:
        """Stop *server*, which has an asynchronous ``stop``, with the lab."""
        self._servers.append(server)

    def _prepare_certificates(self) -> None:
        authority = CertificateAuthority(self.folder / "certificates", self.topology.clock.start, datetime.now(UTC))
        self.ca_file = authority.ca_file
        self._identities = {
            name: authority.identify(name, *dict.fromkeys((self.host, "localhost", LOOPBACK, *fact.names)))
            for name, fact in self.authorities.items()
            if self.world.site(name).certificate is not None
        }

    async def _start_servers(self) -> None:
        from smartlic_lab.transports.http import HttpServer, application
        from smartlic_lab.transports.netconf import NetconfSubsystem
        from smartlic_lab.transports.ssh import SshServer

        for at, (name, fact) in enumerate(self.authorities.items()):
            web = HttpServer(application(self.world, name), identity=self._identities.get(name))
            try:
                port = await web.start(self.address, self._port_of(name, fact.plan.port))
            except OSError as error:
                wanted = self._port_of(name, fact.plan.port)
                raise self.topology.problem(("authorities", at, "port"), _taken(wanted, error)) from error
            self._servers.append(web)
            self.ports[name] = (self.host, port)
        ssh = SshServer(self.world, self.folder / "ssh")
        ssh.subsystems["netconf"] = NetconfSubsystem(self.world)
        self._servers.append(ssh)
        self._host_key = ssh.public_key
        if self.topology.addresses == "own":
            await self._listen_on_own_addresses(ssh)
        else:
            await self._listen_on_shared_address(ssh)

    def _port_of(self, name: str, wanted: int) -> int:
        """The port that the topology names, else the one of an earlier run; 0: it is chosen free."""
        return wanted or int(self._keepsakes.ports.get(name, 0))

    async def _listen_on_shared_address(self, ssh: Any) -> None:
        for name, fact in self._facts.items():
            wanted = self._port_of(name, fact.entry.port_of(name))
            try:
                port = await ssh.add(fact.device, self.address, wanted)
            except OSError as error:
                at = self.topology.devices.index(fact.entry)
                raise self.topology.problem(("devices", at, "port"), _taken(wanted, error)) from error
            self.ports[name] = (self.host, port)

    async def _listen_on_own_addresses(self, ssh: Any) -> None:
        import ipaddress

        addresses: dict[str, Any] = {}
        number = _OWN_ADDRESSES
        for fact in self._facts.values():
            address = fact.entry.address
            if address is None:
                address = str(ipaddress.IPv4Address(number))
                number += 1
            addresses[address] = fact.device
        first = next(iter(self._facts.items()), None)
        wanted = 0 if first is None else self._port_of(first[0], first[1].entry.port)
        port = await ssh.add_all(addresses, wanted)
        self.ports |= {device.name: (address, port) for address, device in addresses.items()}

    # --- what its users need ----------------------------------------------------------------------------------------

    @property
    def password_file(self) -> Path:
        """A file with the devices' password, readable for its owner alone."""
        return self.folder / "password"

    def status(self) -> dict[str, Any]:
        """Devices, authorities and clock, as ``smartlic-lab status --json`` has them."""
        now = self.clock.now()
        devices = []
        for name, fact in self._facts.items():
            host, port = self.ports.get(name, (None, None))
            devices.append(
                {
                    "name": name,
                    "hostname": fact.device.hostname,
                    "host": host,
                    "port": port,
                    "platform": fact.entry.platform,
                    "release": fact.device.release.name,
                    "members": [f"PID:{udi.pid},SN:{udi.sn}" for udi in fact.device.build.members],
                    "username": self.credentials.username,
                    "credentials": {"password_file": str(self.password_file)},
                    "is_up": fact.device.is_up(now),
                }
            )
        return {
            "devices": devices,
            "authorities": [self._authority_status(name) for name in self.authorities],
            "clock": {"now": now.isoformat(), "speed": self.clock.speed},
            "faults": self.fault_list(),
            "folder": str(self.folder),
            "pids": [os.getpid()],
        }

    def _authority_status(self, name: str) -> dict[str, Any]:
        fact = self.authorities[name]
        has_tls = self.world.site(name).certificate is not None
        host, port = self.ports.get(name, (None, None))
        found: dict[str, Any] = {
            "kind": fact.plan.kind,
            "name": name,
            "url": None if host is None else f"{'https' if has_tls else 'http'}://{host}:{port}",
            "ca_file": str(self.ca_file) if has_tls and self.ca_file is not None else None,
            "names": list(fact.names),
        }
        if fact.api_clients:
            first = fact.api_clients[0]
            found |= {"client_id": first.client_id, "client_secret": first.client_secret.reveal()}
            found["smart_account"] = first.domain
        if fact.operators:
            found["operator"] = {
                "client_id": fact.operators[0].client_id,
                "client_secret": fact.operators[0].client_secret.reveal(),
            }
        if fact.tokens:
            found["tokens"] = [
                {
                    "name": token.name,
                    "smart_account": token.domain,
                    "virtual_account": token.virtual_account,
                    "token": token.text.reveal(),
                }
                for token in fact.tokens
            ]
        return found

    def inventory_facts(self, host: str | None = None) -> InventoryFacts:
        """What an inventory is made of; *host* replaces the address that clients connect to."""
        return InventoryFacts(
            devices=list(self._inventory_devices(host)),
            groups={
                name: dict(group.data)
                | ({} if group.smart_licensing is None else {"smart_licensing": group.smart_licensing})
                for name, group in self.topology.groups.items()
            },
            smart_licensing=self.topology.smart_licensing,
            username=self.credentials.username,
            password=self.credentials.password,
            enable_secret=self.credentials.enable_secret,
            host_key=self._host_key,
            tokens=[
                InventoryToken(token.text, token.virtual_account, _max_uses(fact, token.name))
                for fact in self.authorities.values()
                for token in fact.tokens
            ],
        )

    def _inventory_devices(self, host: str | None) -> Iterator[InventoryDevice]:
        for name, fact in self._facts.items():
            address, port = self.ports.get(name, (self.host, fact.entry.port_of(name) or 22))
            yield InventoryDevice(
                name=name,
                hostname=fact.device.hostname,
                host=host or address,
                port=port,
                platform=fact.entry.platform,
                release=fact.device.release.name,
                door=fact.entry.door,
                groups=fact.entry.groups,
                smart_licensing=fact.entry.smart_licensing,
            )

    def inventory(self, form: str, path: str | Path) -> None:
        """Write an inventory: ``nornir`` (a folder), ``pyats`` or ``ansible`` (a file)."""
        write_inventory(form, self.inventory_facts(), Path(path))

    # --- keeping ----------------------------------------------------------------------------------------------------

    def _credentials(self) -> Credentials:
        wanted = self.topology.credentials
        password = wanted.password
        if wanted.password_env is not None:
            password = os.environ.get(wanted.password_env)
            if not password:
                problem = f"the environment variable {wanted.password_env} with the password is not set"
                raise self.topology.problem(("credentials", "password_env"), problem)
        made = self._keepsakes.secret("password", password)
        enable = None if wanted.enable_secret is None else Secret(wanted.enable_secret)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(self.password_file, made.reveal().encode() + b"\n")
        except OSError as error:
            raise StoreError(f"{self.folder}: {error.strerror}") from error
        return Credentials(wanted.username, made, enable)

    def _remembered(self) -> Keepsakes:
        if not self._keep:
            return Keepsakes()
        keepsakes = Keepsakes(database_url=lambda name: f"sqlite:///{self.folder / name}.db")
        state = self._state.load()
        if state is None:
            return keepsakes
        try:
            keepsakes.clock = datetime.fromisoformat(state["clock"])
            keepsakes.devices, keepsakes.authorities = state["devices"], state["authorities"]
            keepsakes.secrets = state["secrets"]
            if "lab" in state:
                keepsakes.ports, keepsakes.faults = state["lab"]["ports"], state["lab"]["faults"]
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self.folder}: not the state of a lab ({type(error).__name__})") from error
        for url in self._databases(keepsakes):  # what CSSM wrote is never in the future of its devices
            latest = latest_instant(url)
            if latest is not None:
                keepsakes.clock = max(keepsakes.clock, latest)
        return keepsakes

    def _databases(self, keepsakes: Keepsakes) -> Iterator[str]:
        """The databases that an earlier run left."""
        for plan in self.topology.authorities:
            if plan.kind == "cslu" or plan.name not in keepsakes.authorities:
                continue
            if plan.database is not None or (self.folder / f"{plan.name}.db").exists():
                yield plan.database or keepsakes.database_url(plan.name)

    def store(self) -> None:
        """Write what devices and authorities know; raises `StoreError`."""
        serial = self._state.begin()
        state: dict[str, Any] = {"devices": {}, "authorities": {}, "secrets": self._keepsakes.secrets}
        for name, fact in self._facts.items():
            with self.world.at(name):
                state["devices"][name] = fact.device.stored()
                self._had[name] = _saved(fact.device)
        for name, authority in self.authorities.items():
            with self.world.at(name):
                theirs = authority.authority
                # CSSM keeps itself in its database.
                state["authorities"][name] = theirs.stored() if isinstance(theirs, Cslu | OnPrem) else {}
        state["clock"] = self.clock.now().isoformat()
        self._state.write(serial, state)
        self._note_lab()

    def _note_saved(self, name: str) -> None:
        """Write what a device keeps, where startup configuration or flash changed; nobody has heard of it yet."""
        fact = self._facts.get(name)
        if fact is None or self._had.get(name) == (saved := _saved(fact.device)):
            return
        self._had[name] = saved
        self._note_device(name)

    def _note_exchanged(self) -> None:
        """Write what the devices keep that have been in touch with an authority: it knows of that already."""
        while self.world.exchanged:
            name = self.world.exchanged.pop()
            if name in self._facts:
                with self.world.at(name):
                    self._note_device(name)

    def _note_device(self, name: str) -> None:
        try:
            self._state.note_device(name, self._facts[name].device.stored(), self.clock.now())
        except StoreError as error:  # a full disk; the device's session goes on
            _log.warning("the state of %s was not written: %s", name, error)

    def _note_lab(self) -> None:
        """Write ports and faults, and the time."""
        content = {
            "ports": {name: port for name, (_host, port) in self.ports.items()} or dict(self._keepsakes.ports),
            "faults": stored_faults(self.world, self.authorities),
        }
        self._state.note_lab(content, self.clock.now())


def _saved(device: Device) -> tuple[Any, ...]:
    """What a device has that commands confirm as saved."""
    files = device.files
    return device.startup, tuple((path, files.read(f"{files.flash}:/{path}")) for path in files.paths())


def _max_uses(fact: AuthorityFact, name: str) -> int | None:
    for account in fact.plan.smart_accounts:
        for virtual_account in account.virtual_accounts:
            for token in virtual_account.tokens:
                if token.name == name:
                    return token.max_uses
    return None


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _taken(port: int, error: OSError) -> str:
    return f"port {port}: {os.strerror(error.errno) if error.errno else error}"


def _allow_many_files() -> None:
    """A listener for each device takes a file descriptor."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
