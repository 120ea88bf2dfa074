"""A device of the lab on the bench: read as an audit reads it, judged, and mended by the fix that is printed."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from nornir_smartlic.compliance import ComplianceOptions, Finding, verify
from nornir_smartlic.intent import intent_of
from nornir_smartlic.model import LicensingReading
from nornir_smartlic.operations.authorizing import request_authorization, return_authorization
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.conversation import Answer, Configure, Conversation, Exec, Request, Show, converse
from nornir_smartlic.operations.reading import read_licensing
from nornir_smartlic.operations.syncing import sync_usage
from nornir_smartlic.operations.trusting import establish_trust
from nornir_smartlic.tasks import collect_usage_reports, import_files, reserve_licenses
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.licenses import add_pool
from smartlic_lab.authority.reservations import reserve
from smartlic_lab.device.specification import DeviceSpec
from smartlic_lab.platforms import family, release, releases
from tests.memory import NAME_SERVER, TOKEN, MemoryLab, memory_lab, one

BOOT: Final = timedelta(minutes=30)
ONLINE: Final[dict[str, Any]] = {
    "transport": "smart",
    "url": "default",
    "name_servers": [NAME_SERVER],
    "revocation_check": "none",
}
_EXEC: Final = ("write memory", "license smart register", "license smart renew", "license smart sync")
_COMMANDS: Final[dict[str, Callable[[list[str]], Conversation[Any]]]] = {
    "sync": lambda _: sync_usage(),
    "trust": lambda words: establish_trust(TOKEN, force="--force" in words),
    "authorize": lambda words: request_authorization(words[1]),
    "deauthorize": lambda _: return_authorization(),
}


@dataclass
class Bench:
    """One device and what an audit of it takes. ``texts`` is what it printed when it was last read."""

    spec: DeviceSpec
    wanted: Mapping[str, Any] = field(default_factory=dict)
    options: ComplianceOptions = field(default_factory=ComplianceOptions)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lab: MemoryLab = memory_lab(self.spec)

    def do(self, conversation: Conversation[Any]) -> Any:
        return converse(conversation, self.lab.door(self.spec.name).answer)

    def apply(self, wanted: Mapping[str, Any]) -> None:
        self.do(configure(intent_of(dict(wanted)), commit=True))

    def online(self) -> None:
        """On smart transport, trusted, and its first report acknowledged."""
        self.apply(ONLINE)
        self.do(establish_trust(TOKEN))
        self.do(sync_usage())

    def type(self, *lines: str) -> None:
        """Configuration lines."""
        self.lab.door(self.spec.name).answer(Configure(lines))

    def exec(self, line: str) -> None:
        self.lab.door(self.spec.name).answer(Exec(line))

    def buy(self) -> None:
        """Five of each licence of the device's family, for the virtual account."""
        found = {each.tag: each for _, each in family(self.spec.platform).entitlements}
        self.lab.cssm.add_licenses(found.values())
        with self.lab.cssm.work() as work:
            home = work.virtual_account(work.smart_account("example.com"), "Branches")
            for tag in found:
                add_pool(work, home, find_license(work, tag), 5)

    def reserve(self, *names: str) -> None:
        """A reservation of each licence with one of *names*, installed as a person does it."""
        self.buy()
        with tempfile.TemporaryDirectory() as folder:
            nornir = self.lab.nornir()
            code = one(nornir.run(reserve_licenses)).result.request_codes[0]
            tags = [each.tag for _, each in family(self.spec.platform).entitlements if each.name in names]
            path = Path(folder) / "given.txt"
            with self.lab.cssm.work() as work:
                home = work.virtual_account(work.smart_account("example.com"), "Branches")
                path.write_text(reserve(work, home, code, dict.fromkeys(tags, 1)).authorization_code)
            one(nornir.run(reserve_licenses, authorization=path))

    def by_file(self) -> None:
        """Reports to CSSM and their ACK back, carried by a person."""
        with tempfile.TemporaryDirectory() as folder:
            nornir = self.lab.nornir()
            path = one(nornir.run(collect_usage_reports, directory=Path(folder))).result.path
            cssm, clock = self.lab.cssm, self.lab.world.clock
            home = {"domain": "example.com", "virtual_account": "Branches"}
            upload = cssm.submit_usage_file(path.read_bytes(), now=clock.now(), **home)
            self.wait(cssm.processing_time * 2)
            ack = Path(folder) / "ack.txt"
            ack.write_bytes(cssm.acknowledgement(upload, clock.now()).content)
            one(nornir.run(import_files, paths=[ack]))

    def wait(self, span: timedelta) -> None:
        self.lab.world.advance(span)

    def boot(self, name: str | None = None) -> None:
        """Save and boot, into another release with *name*."""
        self.lab.door(self.spec.name).answer(Exec("write memory"))
        with self.lab.world.at(self.spec.name) as now:
            self.lab.devices[self.spec.name].reload(now, into=release(name) if name is not None else None)
        self.wait(BOOT)

    def read(self) -> LicensingReading:
        door = self.lab.door(self.spec.name)

        def answer(request: Request) -> Answer:
            got = door.answer(request)
            if isinstance(request, Show):
                self.texts[request.command.split(" |")[0]] = got.text
            return got

        return converse(read_licensing(), answer)

    def judge(self, rule_id: str) -> Finding:
        found = verify(self.read(), intent_of(dict(self.wanted)), self.options, host=self.spec.name)
        return next(each for each in found if each.rule_id == rule_id)

    def mend(self, fix: tuple[str, ...], words: Mapping[str, str]) -> None:
        """Do what *fix* says; *words* are what a user fills in."""
        lines: list[str] = []
        for text in fix:
            line = text
            for name, value in words.items():
                line = line.replace(name, value)
            if line.startswith(("smartlic ", "upgrade to ", *_EXEC)) or line == "reload":
                self._configure(lines)
                self._do(line)
            else:
                lines.append(line)
        self._configure(lines)

    def _configure(self, lines: list[str]) -> None:
        if lines:
            self.type(*lines)
            lines.clear()

    def _do(self, line: str) -> None:
        if line.startswith("upgrade to "):
            self.boot(self._newest())
        elif line == "reload":
            self.boot()
        elif line.startswith("smartlic "):
            command = shlex.split(line)[1:]
            if command[:2] == ["reports", "import"]:
                self.by_file()
            elif command[0] in _COMMANDS:
                self.do(_COMMANDS[command[0]](command))
        else:
            self.exec(line)

    def _newest(self) -> str:
        found = family(self.spec.platform)
        return [name for name, each in releases().items() if found.supports(each.version)][-1]
