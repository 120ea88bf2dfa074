"""The shell of IOS-XE as a door meets it: what is typed, what ends an answer, and which mode the session is in.

The theory. A door types a line and reads up to a prompt. Which lines, in which order, is the same for all doors, and
stands here once, as generators: each yields a `Line` and is sent what the device said. Libraries only carry
characters. The prompt counts only behind the echo of the line, so that one that came late (a log message prints it
again) is not taken for the next answer. After a pause the end of the text is looked at once more: another name before
the mark is a prompt whose name has changed, and a question is something that nobody answers.

A session that other tasks used before may stand in any mode. It is asked once per task, and each request leaves the
session in the mode that it was found in.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from nornir_smartlic.doors.limits import Limits
from nornir_smartlic.doors.terminal import session_lost, taken, typed
from nornir_smartlic.errors import CommandRefused, QuestionAsked, Refused, SessionLost, TimedOut, TooLarge, Unreachable
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import Exec
from nornir_smartlic.operations.refusals import refused_line

T = TypeVar("T")
LOST: Final = (Unreachable, TimedOut, TooLarge)
GIVEN_UP: Final = (*LOST, QuestionAsked)
"""Errors after which the session cannot be used any more."""
QUIET_SECONDS: Final = 2.0
_TAIL: Final = 2048
_ECHO_WITHIN: Final = 16384
_MODES: Final = re.compile(r"(?:^|\n)([^\s#>()]{1,63})(\([^)\n]{1,40}\))?([#>])[ \t]*(?=\n|$)")
_AT_END: Final = re.compile(_MODES.pattern.replace(r"(?=\n|$)", r"$"))
_PASSWORD: Final = re.compile(r"(?:^|\n)[^\n]{0,40}[Pp]ass(?:word|code)[^\n]{0,20}:[ \t]*$")
_QUESTION: Final = re.compile(r"(?:\?|\]\s*:?|:|\[confirm\]|\(y/n\))[ \t]*$", re.IGNORECASE)
_REFUSALS_OF_ENABLE: Final = 3
"""How often IOS asks for the secret. Source: reference/cli.md; each empty line answers one question."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is typed, and until when is read. ``text`` is ``None``: nothing is typed."""

    text: str | None
    until: re.Pattern[str]
    seconds: float
    shown: str  # what messages call it, without secrets
    limit: str = "command"  # the name of the limit
    echo: bool = True
    secret: bool = False


Steps: TypeAlias = Generator[Line, str, T]


class Reading:
    """What has come to one line so far, and whether it is all."""

    def __init__(self, line: Line, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._most = most
        self._clock = clock
        self._chunks: list[str] = []
        self._size = 0
        self._tail = ""
        self._echo = (line.text or "").strip() if line.echo else ""
        self._head = ""
        self._ends = clock() + line.seconds
        self._last = clock()
        self.is_complete = False

    @property
    def text(self) -> str:
        return "".join(self._chunks)

    def seconds(self) -> float:
        """How long to wait for more; raises `TimedOut` where the limit has passed."""
        now = self._clock()
        if now >= self._ends:
            line = self._line
            what = f"{line.shown}: no prompt within {line.seconds:g} s (limit {line.limit})"
            raise TimedOut(what, command=line.shown)
        return min(self._ends - now, max(self._last + QUIET_SECONDS - now, 0.05))

    def take(self, chunk: str) -> None:
        """Take what came, ``""`` for nothing.

        Raises:
            TooLarge: more than an answer may have.
            QuestionAsked: the device asks something and waits.
        """
        if not chunk:
            if self._clock() - self._last >= QUIET_SECONDS:
                self._look_again()
                self._last = self._clock()
            return
        self._last = self._clock()
        self._size += len(chunk)
        if self._size > self._most:
            shown = self._line.shown
            raise TooLarge(f"{shown}: more than {self._most} bytes came (limit answer_mb)", command=shown)
        chunk = chunk.replace("\r\n", "\n").replace("\r", "")
        self._chunks.append(chunk)
        if self._echo:
            self._head += chunk
            at = self._head.find(self._echo)
            if at < 0 and len(self._head) < _ECHO_WITHIN:
                return
            chunk = self._head[max(at, 0) + (len(self._echo) if at >= 0 else 0) :]
            self._echo = self._head = ""
        self._tail = (self._tail + chunk)[-_TAIL:]
        self.is_complete = self._line.until.search(self._tail) is not None

    def _look_again(self) -> None:
        """Nothing has come for a while: the end of the text may be a prompt of another name, or a question."""
        tail = (self._tail or self._head)[-_TAIL:]
        if self._echo and tail.strip().endswith(self._echo):
            return  # typed, and not carried out yet
        if _AT_END.search(tail):
            self.is_complete = True
            return
        last = tail.rpartition("\n")[2].strip()
        if last and _QUESTION.search(last):
            raise QuestionAsked(self._line.shown, f"the device asks {last[-120:]!r}, and no answer is known to it")


class Shell:
    """One session: the name in its prompt, its mode, and the lines that requests become."""

    def __init__(self, limits: Limits, enable: Secret | None = None) -> None:
        self.limits = limits
        self._enable = enable
        self._name = ""
        self._mode = ""  # "(config)" and the like
        self._mark = ""  # "#" privileged, ">" not, "": not asked yet
        self._found = ("", "#")  # how it is left
        self._is_ours = True
        self._may_enable = True
        self._prompt = _MODES

    def meet(self, *, is_new: bool = False) -> None:
        """Ask for the mode of the session before the next request: others used it, or it *is_new* and ours."""
        self._mark = ""
        self._is_ours = is_new

    def greet(self) -> Steps[None]:
        """Wait for the first prompt of a new login, and turn paging off."""
        yield Line(None, _AT_END, self.limits.login, "login", "login")
        for command in ("terminal length 0", "terminal width 511"):
            self._look((yield self._short(command)))

    def run(self, request: Exec, *, changes: bool = True) -> Steps[str]:
        """The output of a command, without echo and prompt.

        Raises:
            Refused: it *changes* something, and the device does not let this user become privileged.
            QuestionAsked: it asks something that the request has no answer to.
        """
        yield from self._settle(privileged=changes)
        questions = [question for question, _ in request.replies]
        until = re.compile("|".join([self._prompt.pattern, *questions])) if questions else self._prompt
        text = typed(request)
        secret = bool(request.secrets)
        output = yield Line(text, until, self.limits.command, request.command, secret=secret)
        output = _without_echo(output, text)
        for question, reply in request.replies:
            if re.search(question, output) and not self._prompt.search(output[-_TAIL:]):
                output += yield Line(reply, until, self.limits.command, request.command, echo=False)
        at_end = _AT_END.search(output[-_TAIL:])
        if at_end is not None and not self._prompt.search(output[-_TAIL:]):
            self._look(output)  # a prompt with another name than before
            output = output[: len(output) - len(at_end[0])]
        yield from self._leave()
        return self._prompt.sub("", output)

    def configure(self, lines: Sequence[str], secrets: Sequence[Secret] = ()) -> Steps[str]:
        """Send *lines*, stop at the first that is refused, and leave configuration mode in any case.

        Raises:
            SessionLost: the session was lost meanwhile; it says how many lines were answered.
        """
        said: list[str] = []
        in_flight = False
        lost: SessionLost
        try:
            yield from self._settle(privileged=True)
            yield from self._enter("configure terminal")
            is_usable = True
            try:
                for line in map(str.strip, lines):
                    in_flight = True
                    shown = _hidden(line, secrets)
                    output = yield Line(line, _AT_END, self.limits.prompt, shown, "prompt", secret=shown != line)
                    in_flight = False
                    self._look(output)
                    said.append(taken(line, _without_prompt(_without_echo(output, line)), secrets))
                    if not self._mode:
                        raise CommandRefused(shown, "it left configuration mode, and nothing more was sent")
            except GIVEN_UP:
                is_usable = False
                raise
            finally:
                if is_usable:
                    if self._mode:
                        yield from self._end()
                    yield from self._leave()
        except LOST as error:
            lost = session_lost(error, len(said), len(lines), in_flight=in_flight, secrets=secrets)
        else:
            return "".join(said)
        raise lost

    def _short(self, text: str, until: re.Pattern[str] = _AT_END) -> Line:
        return Line(text, until, self.limits.prompt, text or "prompt", "prompt")

    def _arrive(self) -> Steps[None]:
        """Ask where the session stands."""
        self._look((yield self._short("")))
        self._found = ("", "#") if self._is_ours else (self._mode, self._mark)

    def _settle(self, *, privileged: bool) -> Steps[None]:
        """Stand at the EXEC prompt, privileged where the device grants it."""
        if not self._mark:
            yield from self._arrive()
        if self._mode:
            yield from self._end()
        if self._mark == ">" and self._may_enable:
            yield from self._become_privileged()
        if self._mark == ">" and privileged:
            raise Refused("enable", "the device does not grant it to this user, who may only read", command="enable")

    def _leave(self) -> Steps[None]:
        """Leave the session in the mode in which it was found; of a mode below configuration, the way is not known."""
        mode, mark = self._found
        if mode:
            yield from self._enter("configure terminal")
        elif mark == ">" and self._mark == "#":
            self._look((yield self._short("disable")))

    def _end(self) -> Steps[None]:
        self._look((yield self._short("end", _MODES)))

    def _enter(self, command: str) -> Steps[None]:
        output = yield self._short(command)
        self._look(output)
        if not self._mode:
            raise CommandRefused(command, refused_line(output) or "the device did not enter configuration mode")

    def _become_privileged(self) -> Steps[None]:
        until = re.compile(f"{_AT_END.pattern}|{_PASSWORD.pattern}")
        said = yield self._short("enable", until)
        secret = self._enable.reveal() if self._enable is not None else ""
        is_asked = _PASSWORD.search(said) is not None
        for typed_secret in ([secret] if secret else []) + [""] * _REFUSALS_OF_ENABLE:
            if not is_asked:
                break
            said = yield Line(
                typed_secret, until, self.limits.prompt, "enable", "prompt", echo=False, secret=bool(typed_secret)
            )
            is_asked = _PASSWORD.search(said) is not None
        self._look(said)
        if self._mark == "#":
            return
        self._may_enable = False
        if secret:
            answer = next((line.strip() for line in said.splitlines() if line.strip().startswith("%")), "refused")
            raise Refused("the device did not grant enable", f"{answer} - expected its enable secret", command="enable")

    def _look(self, output: str) -> None:
        """Take name and mode from the last prompt in *output*; without one, they are as they were."""
        prompts = list(_MODES.finditer(output[-_TAIL:]))
        if not prompts:
            return
        found = prompts[-1]
        self._mode, self._mark = found[2] or "", found[3]
        if not self._mode:
            self._name = found[1]
            self._prompt = re.compile(rf"(?:^|\n){re.escape(self._name)}[#>][ \t]*(?:\n|$)")


def _hidden(text: str, secrets: Sequence[Secret]) -> str:
    for secret in secrets:
        text = secret.hide_in(text)
    return text


def _without_echo(output: str, text: str) -> str:
    """*output* behind the echo of *text*; what came before it, such as a log message, is no part of the answer."""
    text = text.strip()
    at = output.find(text, 0, _ECHO_WITHIN) if text else -1
    return output[at + len(text) :].partition("\n")[2] if at >= 0 else output


def _without_prompt(output: str) -> str:
    return _AT_END.sub("", output)
