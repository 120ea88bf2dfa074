"""A device and an authority that do just enough for the world around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from nornir_smartlic.errors import SmartLicError
from smartlic_lab.world.network import HttpRequest, HttpResponse

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@dataclass
class FakeReply:
    output: str = ""
    prompt: str = "Switch#"
    closed: bool = False
    hide_input: bool = False
    single_key: bool = False


@dataclass
class FakeSession:
    """Answers lines from a table; a line that is not there is an invalid input."""

    answers: dict[str, FakeReply] = field(default_factory=dict)
    terminal_length: int = 24
    prompt: str = "Switch#"
    greeting: str = ""
    is_asking: bool = False
    closed: bool = False
    lines: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)

    def execute(self, line: str, now: datetime) -> FakeReply:
        self.lines.append(line)
        if line.startswith("terminal length"):
            self.terminal_length = int(line.split()[-1])
            return FakeReply()
        if not line.strip() or line.startswith("terminal"):
            return FakeReply()
        return self.answers.get(line, FakeReply("           ^\n% Invalid input detected at '^' marker.\n\n"))

    def close(self) -> None:
        self.closed = True

    def interrupt(self, now: datetime) -> FakeReply:
        self.lines.append("<interrupt>")
        return FakeReply()

    def end(self, now: datetime) -> FakeReply:
        self.lines.append("<end>")
        return FakeReply()

    def help(self, text: str, now: datetime) -> str:
        return f"help on {text!r}\n"

    def complete(self, text: str) -> str:
        return "show license " if text == "sh lic" else text

    def messages(self) -> tuple[str, ...]:
        news, self.news = tuple(self.news), []
        return news


@dataclass
class FakeDevice:
    """Wakes up every *rhythm* and notes when; logs anybody in with the password ``secret``."""

    name: str = "sw1"
    rhythm: timedelta | None = None
    due: datetime | None = None
    woken: list[datetime] = field(default_factory=list)
    up: bool = True
    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, FakeReply] = field(default_factory=dict)
    serves_files: bool = True

    def tick(self, now: datetime) -> None:
        self.woken.append(now)
        self.due = None if self.rhythm is None else now + self.rhythm

    def next_wakeup(self) -> datetime | None:
        return self.due

    def is_up(self, now: datetime) -> bool:
        return self.up

    def authenticate(self, username: str, password: str) -> int | None:
        return 15 if password == "secret" else None

    def authorize_key(self, username: str, blob: bytes) -> int | None:
        return None

    def banner(self, kind: str) -> str:
        return ""

    def open_session(
        self, now: datetime, *, username: str, privilege: int, kind: str = "vty", source: str = ""
    ) -> FakeSession:
        return FakeSession(self.answers)

    def read_file(self, path: str) -> bytes:
        if path not in self.files:
            raise SmartLicError(f"%Error opening {path} (No such file or directory)")
        return self.files[path]

    def write_file(self, path: str, data: bytes, now: datetime) -> None:
        self.files[path] = data

    def delete_file(self, path: str) -> None:
        del self.files[path]

    def make_folder(self, path: str) -> None:
        pass

    def is_folder(self, path: str) -> bool:
        return path.endswith((":", ":/"))

    def list_files(self, path: str) -> tuple[str, ...]:
        return tuple(name.partition(":")[2] for name in self.files)


@dataclass
class EchoAuthority:
    """Answers every request with what it was sent, and keeps the requests."""

    name: str = "cssm"
    asked: list[HttpRequest] = field(default_factory=list)
    answer: bytes | None = None

    def read(self, request: HttpRequest) -> HttpRequest:
        return request

    def admits(self, authorization: str, now: datetime) -> bool:
        return False

    def handle(self, request: HttpRequest, now: datetime) -> HttpResponse:
        self.asked.append(request)
        return HttpResponse(200, request.body if self.answer is None else self.answer)

    def tick(self, now: datetime) -> None:
        pass

    def next_wakeup(self) -> datetime | None:
        return None
