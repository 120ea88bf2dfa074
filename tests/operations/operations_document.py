"""Writes the table of ``docs/operations.md``: the commands that each operation sends, seen on devices of the lab.

    python -m tests.operations.operations_document

A test holds the file to this, so that it cannot fall behind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nornir.core import Nornir

from nornir_smartlic import tasks
from nornir_smartlic.operations.conversation import Configure, Exec, Fetch, Put, Request, Save, Show, Wait
from tests.memory import NAME_SERVER, TOKEN, WANTED, MemoryLab, memory_lab, one, switch

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
BEGIN, END = "<!-- begin: written by tests.operations.operations_document -->\n", "<!-- end -->\n"
AIR_GAPPED = {"transport": "off"}


@dataclass(frozen=True)
class Row:
    """An operation, how it is called, and the lab that it runs on."""

    name: str
    how: str
    task: Callable[..., Any]
    lab: Callable[[], tuple[MemoryLab, Nornir]]
    options: Callable[[MemoryLab, Path], dict[str, Any]] = lambda lab, folder: {}


def _new(wanted: dict[str, Any] = WANTED, **device: Any) -> tuple[MemoryLab, Nornir]:
    lab = memory_lab(switch(**device))
    return lab, lab.nornir({"sw1": wanted})


def _old() -> tuple[MemoryLab, Nornir]:
    lab, nornir = _new({}, release="16.12")
    way = (f"ip name-server {NAME_SERVER}", "crypto pki trustpoint SLA-TrustPoint", "revocation-check none")
    lab.door("sw1").answer(Configure(way))
    return lab, nornir


def _registered() -> tuple[MemoryLab, Nornir]:
    lab, nornir = _old()
    one(nornir.run(tasks.register_device, token=TOKEN))
    lab.world.advance(timedelta(hours=1))
    return lab, nornir


def _requested() -> tuple[MemoryLab, Nornir]:
    lab, nornir = _old()
    one(nornir.run(tasks.reserve_licenses))
    return lab, nornir


def _reserved() -> tuple[MemoryLab, Nornir]:
    lab, nornir = _requested()
    with TemporaryDirectory() as folder:
        one(nornir.run(tasks.reserve_licenses, **_authorization(lab, Path(folder))))
    return lab, nornir


def _authorization(lab: MemoryLab, folder: Path) -> dict[str, Any]:
    """What CSSM gives for the request code of the switch, which the device prints again for it."""
    from smartlic_lab.authority.reservations import reserve
    from tests.tasks.test_further_tasks import buy

    lines = buy(lab, "network-advantage")
    (code,) = one(lab.nornir().run(tasks.reserve_licenses)).result.request_codes
    with lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        (folder / "slr.txt").write_text(reserve(work, home, code, lines).authorization_code)
    return {"authorization": folder / "slr.txt"}


def _configured(wanted: dict[str, Any] = WANTED) -> tuple[MemoryLab, Nornir]:
    lab, nornir = _new(wanted)
    one(nornir.run(tasks.configure_licensing))
    lab.world.advance(timedelta(hours=1))
    return lab, nornir


def _trusted() -> tuple[MemoryLab, Nornir]:
    lab, nornir = _configured()
    one(nornir.run(tasks.establish_trust, token=TOKEN))
    lab.world.advance(timedelta(hours=1))
    return lab, nornir


def _authorized() -> tuple[MemoryLab, Nornir]:
    from tests.tasks.test_further_tasks import buy

    lab, nornir = _trusted()
    buy(lab, "hseck9")
    one(nornir.run(tasks.request_authorization, feature="hseck9"))
    return lab, nornir


def _bought() -> tuple[MemoryLab, Nornir]:
    from tests.tasks.test_further_tasks import buy

    lab, nornir = _trusted()
    buy(lab, "hseck9")
    return lab, nornir


def _ack(lab: MemoryLab, folder: Path) -> dict[str, Any]:
    collected = one(lab.nornir().run(tasks.collect_usage_reports, directory=folder / "usage")).result
    now = lab.world.clock.now()
    upload = lab.cssm.submit_usage_file(
        collected.path.read_bytes(), domain="example.com", virtual_account="Branches", now=now
    )
    lab.world.advance(lab.cssm.processing_time * 2)
    (folder / "ack.txt").write_bytes(lab.cssm.acknowledgement(upload, lab.world.clock.now()).content)
    return {"paths": [folder / "ack.txt"]}


def _token(*_: Any) -> dict[str, Any]:
    return {"token": TOKEN}


def _feature(*_: Any) -> dict[str, Any]:
    return {"feature": "hseck9"}


def _feature_by_file(_: MemoryLab, folder: Path) -> dict[str, Any]:
    return {"feature": "hseck9", "directory": folder}


def _folder(_: MemoryLab, folder: Path) -> dict[str, Any]:
    return {"directory": folder}


ROWS = (
    Row("`audit`, `diagnose`", "`verify_compliance`", tasks.verify_compliance, _trusted),
    Row("`plan`", "`configure_licensing`, dry run", tasks.configure_licensing, _new, lambda *_: {"dry_run": True}),
    Row("`apply`", "`configure_licensing`", tasks.configure_licensing, _new),
    Row("`trust`", "`establish_trust`", tasks.establish_trust, _configured, _token),
    Row("`sync`", "`sync_usage`", tasks.sync_usage, _trusted),
    Row(
        "`reports collect`",
        "`collect_usage_reports`",
        tasks.collect_usage_reports,
        lambda: _configured(AIR_GAPPED),
        _folder,
    ),
    Row("`reports import`", "`import_files`", tasks.import_files, lambda: _configured(AIR_GAPPED), _ack),
    Row("`authorize`", "`request_authorization`", tasks.request_authorization, _bought, _feature),
    Row(
        "`authorize`, air-gapped",
        "`request_authorization`",
        tasks.request_authorization,
        lambda: _configured(AIR_GAPPED),
        _feature_by_file,
    ),
    Row("`deauthorize`", "`return_authorization`", tasks.return_authorization, _authorized),
    Row("`boot-level`", "`set_boot_level`", tasks.set_boot_level, _new, lambda *_: {"level": "network-essentials"}),
    Row("`legacy register`", "`register_device`", tasks.register_device, _old, _token),
    Row("`legacy renew auth`", "`renew_registration`", tasks.renew_registration, _registered),
    Row(
        "`legacy renew id`",
        "`renew_registration`",
        tasks.renew_registration,
        _registered,
        lambda *_: {"identity": True},
    ),
    Row("`legacy deregister`", "`deregister_device`", tasks.deregister_device, _registered),
    Row("`legacy reserve`, at first", "`reserve_licenses`", tasks.reserve_licenses, _old),
    Row("`legacy reserve`, then", "`reserve_licenses`", tasks.reserve_licenses, _requested, _authorization),
    Row("`legacy return`", "`return_reservation`", tasks.return_reservation, _reserved),
    Row("`factory-reset`", "`factory_reset`", tasks.factory_reset, _trusted),
)


def table() -> str:
    """The table of all operations, as Markdown."""
    lines = ["| command | task | reads | changes |", "|---|---|---|---|"]
    for row in ROWS:
        reads, changes = sent(row)
        cells = (row.name, row.how, "<br>".join(reads) or "-", "<br>".join(changes) or "-")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def sent(row: Row) -> tuple[list[str], list[str]]:
    """What *row* sends, in order and each once: what it reads, and what it changes."""
    with TemporaryDirectory() as folder:
        lab, nornir = row.lab()
        options = row.options(lab, Path(folder))
        lab.asked.clear()
        one(nornir.run(row.task, **options))
    reads = [_shown(request) for request in lab.asked if isinstance(request, Show)]
    changes = [_shown(request) for request in lab.asked if not isinstance(request, Show | Wait)]
    return list(dict.fromkeys(reads)), list(dict.fromkeys(changes))


def _shown(request: Request) -> str:
    match request:
        case Show(command) | Exec(command):
            text = f"`{command.replace('{secret}', 'TOKEN')}`"
        case Configure(lines):
            text = f"`configure terminal`, such as {', '.join(f'`{line.strip()}`' for line in lines)}"
        case Save():
            text = "`write memory`"
        case Fetch(path):
            text = f"SCP from the device: `{path}`"
        case Put(path, _):
            text = f"SCP to the device: `{path}`"
        case Wait():
            text = ""
    return re.sub(r"-[0-9a-f]{8}(?=\.|-\d)", "-ID", text).replace("|", r"\|")


def document() -> str:
    """The file with the table as it should be."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    return head + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
