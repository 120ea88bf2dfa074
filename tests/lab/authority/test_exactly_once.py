"""A kill at any moment of accepting reports: each is acknowledged once or was not accepted, never lost, never twice."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from nornir_smartlic.files import Ack, RumReport, parse_smart_license
from smartlic_lab.authority import Cssm
from smartlic_lab.authority.models import Acknowledgement, Consumption, Report
from smartlic_lab.world.network import HttpRequest, HttpResponse
from smartlic_lab.world.wire import AnswerStatus, Reply
from tests.lab.authority.conftest import empty_postgresql
from tests.lab.authority.devices import JAN_1, SMART, FakeDevice, days, minutes, udi
from tests.postgresql import DATABASES

KILLS = 100
DEVICES = 4
LATER = JAN_1 + days(1)


def serve(database: str, requests: Connection) -> None:
    """A CSSM in a process of its own, until it is killed."""
    cssm = Cssm("cssm", database=database, now=JAN_1)
    requests.send("ready")
    while True:
        request, now = requests.recv()
        requests.send(cssm.handle(request, now))


class Life:
    """One life of the server; requests are sent ahead, answers are taken as far as they came."""

    def __init__(self, database: str) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(database, theirs), daemon=True)
        self._process.start()
        theirs.close()
        assert self._pipe.recv() == "ready"

    def handle(self, request: HttpRequest, now: Any) -> HttpResponse:
        """Ask and wait."""
        self._pipe.send((request, now))
        answer: HttpResponse = self._pipe.recv()
        return answer

    def kill_while_answering(
        self, requests: list[HttpRequest], now: datetime, after_answers: int, and_seconds: float
    ) -> list[HttpResponse]:
        """Send all, kill -9 a moment after so many answers; what was answered by then."""
        answers: list[HttpResponse] = []
        try:
            for request in requests:
                self._pipe.send((request, now))
            answers.extend(self._pipe.recv() for _ in range(after_answers))
            self._process.join(and_seconds)
            self.kill()
            while self._pipe.poll(0):
                answers.append(self._pipe.recv())
        except (EOFError, OSError):
            pass
        return answers

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.join()


@dataclass
class Recorder:
    """Stands in for the authority, and keeps what a device sends."""

    requests: list[HttpRequest] = field(default_factory=list)

    def handle(self, request: HttpRequest, _now: Any) -> HttpResponse:
        self.requests.append(request)
        return HttpResponse(503)


@pytest.fixture(params=DATABASES)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that outlives a process."""
    return f"sqlite:///{tmp_path / 'cssm.db'}" if request.param == "sqlite" else empty_postgresql()


@pytest.fixture
def devices(disk: str) -> list[FakeDevice]:
    """Devices that the CSSM in *disk* trusts."""
    cssm = Cssm("cssm", database=disk, now=JAN_1)
    cssm.add_smart_account("example.com")
    token = cssm.add_token("example.com", "DEFAULT")
    made = [FakeDevice(cssm, udi(number), path=SMART) for number in range(1, DEVICES + 1)]
    for device in made:
        device.trust(token)
    cssm.close()
    return made


@pytest.mark.slow
def test_a_hundred_kills_lose_no_report_and_count_none_twice(disk: str, devices: list[FakeDevice]) -> None:
    chance = random.Random(5)  # the same moments each time, as far as the machine is the same
    made: dict[tuple[str, int], RumReport] = {}
    promised: set[tuple[str, int]] = set()  # OK_POLL was heard
    for number in range(KILLS):
        now = LATER + number * minutes(10)  # so that each life processes what the one before it took in
        recorder = Recorder()
        sent: list[tuple[str, int]] = []
        for device in devices:
            fresh = device.new_report(device.reported_until + minutes(15))
            made[device.udi.sn, fresh.report_id] = fresh
            device.authority = recorder
            with pytest.raises(ConnectionError):
                device.push(now, fresh)
            sent.append((device.udi.sn, fresh.report_id))
        answers = Life(disk).kill_while_answering(
            recorder.requests, now, chance.randrange(DEVICES), chance.uniform(0, 0.02)
        )
        promised.update(sent[: len(answers)])
    life = Life(disk)
    heard = finish(life, devices, made, LATER + KILLS * minutes(10))
    life.kill()
    cssm = Cssm("cssm", database=disk, now=LATER)
    with cssm.work() as work:
        stored = {(one.sn, one.rum_id) for one in work.session.scalars(select(Report))}
        documents = work.session.scalars(select(Acknowledgement.document)).all()
        counted = work.session.scalar(select(func.count()).select_from(Consumption))
    cssm.close()
    in_documents = Counter(key for text in documents for key in acknowledged(text))
    assert promised <= stored
    assert stored == set(made) == set(heard)
    assert set(in_documents) == stored
    assert max(in_documents.values()) == 1
    assert counted == len(stored)


def finish(
    life: Life, devices: list[FakeDevice], made: dict[tuple[str, int], RumReport], now: datetime
) -> dict[tuple[str, int], int]:
    """Every device pushes all that it has once more and polls for the ACK; what it heard acknowledged."""
    heard: Counter[tuple[str, int]] = Counter()
    for device in devices:
        device.authority = life
        own = [one for (sn, _), one in made.items() if sn == device.udi.sn]
        pushed: Reply = device.push(now, *own)
        assert pushed.status is AnswerStatus.OK_POLL
        answer = device.poll(pushed.poll_id, now + minutes(10))
        heard.update(key for text in answer.documents for key in acknowledged(text))
    return dict(heard)


def acknowledged(text: str) -> list[tuple[str, int]]:
    return [
        (one.udi.sn, number) for one in parse_smart_license(text) if isinstance(one, Ack) for number in one.report_ids
    ]
