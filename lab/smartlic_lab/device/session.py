"""A terminal line: modes, the prompt, what is typed and what comes back. No socket, and time is handed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nornir_smartlic.errors import IllegalEvent
from smartlic_lab.device import filters
from smartlic_lab.device.catalogue import COMMON_MODE
from smartlic_lab.device.commands.registry import Ask, Call, CommandFailed, Dialogue, Handler
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.filesystem import FileSystemError
from smartlic_lab.device.grammar import Choice, Fault, Match, Refusal
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.tcl import TclShell


@dataclass(frozen=True, slots=True)
class Reply:
    """What a line brings: its output without echo, and the prompt that follows, which may be a question."""

    output: str
    prompt: str
    closed: bool = False
    hide_input: bool = False  # the answer is not echoed: a password
    single_key: bool = False  # one key answers: [confirm]


@dataclass(frozen=True, slots=True)
class Frame:
    """A configuration mode that the session is in, and the section that its lines go to."""

    mode: str
    section: Section
    sections: tuple[Section, ...] = ()  # "interface range", "line vty 0 15": all that lines go to

    @property
    def shown(self) -> str:
        """What the prompt has in brackets."""
        return f"{self.mode}-range" if self.sections and self.mode == "config-if" else self.mode


@dataclass(slots=True)
class _Collecting:
    """Lines are being taken until one ends it: a banner, a certificate."""

    done: Callable[[str], bool]
    finish: Callable[[list[str]], None]
    lines: list[str]
    mode: str | None  # what the prompt has in brackets; ``None``: there is no prompt


ALIASES: Final = {
    "lo": "logout",
    "p": "ping",
    "s": "show",
    "u": "undebug",
    "un": "undebug",
}  # of every device, unverified
_PRIVILEGED: Final = 2  # from this level on the prompt has "#"
_FORMS: Final = (
    Choice("default", "Set a command to its defaults"),
    Choice("no", "Negate a command or set its defaults"),
)
_HEADINGS: Final = {
    None: "Exec commands:",
    "config": "Configure commands:",
    "config-if": "Interface configuration commands:",
    "config-line": "Line configuration commands:",
}  # above what "?" prints on an empty line
_NOT_THERE: Final = "This command is not supported in Controller mode"
"""Source: public notes on a router's password recovery, which quote it for ``write erase``."""
_CONTROLLER_OWNS: Final = f"{_NOT_THERE}, use the equivalent command - config-transaction"
"""Source: the same quote its end for ``configure terminal``; unverified: how it begins."""
_CONFIGURE: Final = frozenset({"conf", "confi", "config"})
"""What stays short for ``configure`` beside ``config-transaction``. Source: the same, for ``conf t``."""
_NO_CHANGE: Final = frozenset({"do", "commit", "leave_configuration"})  # in a transaction
_QUIET_WORDS: Final = frozenset({"show", "more", "dir", "verify", "do"})


class Session:
    """One user's terminal on a device."""

    def __init__(
        self,
        device: Machine,
        handlers: Mapping[str, Handler[Session]],
        now: datetime,
        *,
        username: str,
        privilege: int,
        kind: str,
        number: int,
        source: str = "",
    ) -> None:
        self.device = device
        self._handlers = handlers
        self.username = username
        self.privilege = privilege
        self.kind = kind  # vty | console
        self.number = number
        self.source = source  # the user's address
        self.started = now
        self.now = now
        self.terminal_length = 24
        self.terminal_width = 80
        self.monitors = kind == "console"
        self.timestamps = False
        self.restores = False  # reads lines that this device wrote: none implies another
        self.tries = False  # lines go into a copy: the device does not hear of them
        self.transaction: list[str] | None = None  # lines not committed; None: not in config-transaction
        self.closed = False
        self.frames: list[Frame] = []
        self.history: deque[str] = deque(maxlen=20)
        self.folder = f"{device.family.flash}:"
        self.notify: Callable[[], None] | None = None  # called when a message waits, or the session was closed
        self._dialogue: Dialogue | None = None
        self._question: Ask | None = None
        self._collecting: _Collecting | None = None
        self.tcl: TclShell | None = None  # the shell of "tclsh", while the user is in it
        self._messages: deque[str] = deque(maxlen=1000)

    # --- the prompt ----------------------------------------------------------------------------------------------

    @property
    def prompt(self) -> str:
        """What stands before the cursor: a mode's prompt, or a question."""
        if self._question is not None:
            return self._question.question
        name = self.device.hostname
        if self._collecting is not None:
            return f"{name}({self._collecting.mode})#" if self._collecting.mode else ""
        if self.tcl is not None and not self.frames:
            return "+>" if self.tcl.is_open else f"{name}(tcl)#"
        if self.frames:
            return f"{name}({self.frames[-1].shown})#"
        return f"{name}{'#' if self.privilege >= _PRIVILEGED else '>'}"

    @property
    def line_name(self) -> str:
        """``vty0`` or ``console``, as ``%SYS-5-CONFIG_I`` has it."""
        return "console" if self.kind == "console" else f"vty{self.number}"

    @property
    def section(self) -> Section:
        """Where configuration lines go."""
        return self.frames[-1].section

    # --- typing --------------------------------------------------------------------------------------------------

    def execute(self, line: str, now: datetime) -> Reply:
        """Carry out what was typed: a command, or the answer to the question that stands."""
        self.now = now
        if self.closed:
            return Reply("", "", closed=True)
        if self._dialogue is not None:
            return self._reply(self._resume(line))
        if self._collecting is not None:
            return self._reply(self._collect(line))
        if self.tcl is not None and not self.frames:
            return self._reply(self._in_tcl(self.tcl, line))
        if line.rstrip() == "\x1a":  # Ctrl-Z
            line = "end"
        if not line.strip() or line.lstrip().startswith("!"):
            return self._reply("")
        try:
            if not self.frames:
                output = self._run_exec(line)
            else:
                output = self._configure_each(line) if self.frames[-1].sections else self._configure(line)
        except CommandFailed as failure:
            output = f"{failure}\n"
        except (IllegalEvent, FileSystemError) as failure:
            output = f"{failure}\n"
        return self._reply(output)

    def interrupt(self, now: datetime) -> Reply:
        """Ctrl-C: what is asked or collected is dropped, and the user is back at the EXEC prompt."""
        self.now = now
        self._dialogue = self._question = self._collecting = self.tcl = None
        return self.end(now)

    def end(self, now: datetime) -> Reply:
        """Ctrl-Z: configuration mode is left."""
        self.now = now
        if self.frames and not self.is_asking:
            return self.execute("end", now)
        return self._reply("")

    @property
    def is_asking(self) -> bool:
        """Whether the next line is an answer, or text, and no command."""
        shell = self.tcl is not None and not self.frames
        return self._question is not None or self._collecting is not None or shell

    @property
    def greeting(self) -> str:
        """What a terminal shows on login: the message of the day, then the banner of EXEC."""
        shown = [self.device.banner(kind, self.line_name) for kind in ("motd", "exec")]
        return "\n".join(text for text in shown if text)

    def _reply(self, output: str) -> Reply:
        question = self._question
        return Reply(
            output,
            "" if self.closed else self.prompt,
            closed=self.closed,
            hide_input=question is not None and question.hide,
            single_key=question is not None and question.single_key,
        )

    def _remember(self, line: str, match: Match | None) -> None:
        for secret in match.secrets if match else ():
            line = line.replace(secret, "********")
        self.history.append(line.strip())

    # --- EXEC ----------------------------------------------------------------------------------------------------

    def _run_exec(self, line: str, shift: int = 0) -> str:
        """A command in EXEC; *shift* columns stand before it (``do``)."""
        line = self._unaliased(line)
        try:
            command, filter_ = filters.split_filter(line)
        except filters.BadFilter as bad:
            if bad.ambiguous:
                return self._refused(line, Refusal(Fault.AMBIGUOUS, 0, 0), shift)
            fault = Fault.INCOMPLETE if bad.offset is None else Fault.INVALID
            return self._refused(line, Refusal(fault, bad.offset or 0, 0), shift)
        found = self._understood(command)
        self._remember(line, found if isinstance(found, Match) else None)
        if isinstance(found, Refusal):
            return self._refused(line, found, shift)
        header = ""
        if self.timestamps and found.words[0] in _QUIET_WORDS:
            header = self.device.clock_header(self.now)
        output = self._start(Call(found))
        if filter_ is None or self._dialogue is not None:
            return header + output
        if filter_.writes:
            return self._written(output, filter_)
        return header + filters.filtered(output, filter_)

    def _unaliased(self, command: str) -> str:
        """*command* with what ``alias exec`` means by its first word."""
        first, blank, rest = command.lstrip().partition(" ")
        meant = self.device.running.value("alias", "exec", first) or ALIASES.get(first)
        if self.device.controller_managed and first in _CONFIGURE:
            meant = "configure"
        return command if meant is None else f"{meant}{blank}{rest}"

    def _understood(self, command: str) -> Match | Refusal:
        """What the command is at this session's privilege, which ``privilege exec level`` may have widened."""
        found = self.device.catalogue.grammar("exec", self._level()).match(command)
        if isinstance(found, Match) or not 1 < self.privilege < 15:
            return found
        wider = self.device.catalogue.grammar("exec", 15).match(command)
        if isinstance(wider, Match):
            for line in self.device.running.under("privilege", "exec"):
                words = line.text.split()
                at = words.index("level")
                allowed = tuple(words[at + 2 :])
                if int(words[at + 1]) <= self.privilege and wider.words[: len(allowed)] == allowed:
                    return wider
        return found

    def _level(self) -> int:
        return 15 if self.privilege >= 15 else (0 if self.privilege == 0 else 1)

    def _written(self, output: str, filter_: filters.Filter) -> str:
        """The output goes to a file."""
        self.write_file(filter_.operand, output, appending=filter_.kind is filters.FilterKind.APPEND)
        return output if filter_.kind is filters.FilterKind.TEE else ""

    def absolute(self, url: str) -> str:
        """*url* with the current folder before it, where it names no file system."""
        if ":" in url:
            return url
        joiner = "" if self.folder.endswith((":", "/")) else "/"
        return f"{self.folder}{joiner}{url}"

    def _start(self, call: Call) -> str:
        """Call the handler; a handler that asks is kept until it is answered."""
        if "autonomous" in call.match.row.options and self.device.controller_managed:
            raise CommandFailed(_CONTROLLER_OWNS if call.match.words[0] == "configure" else f"{_NOT_THERE}.")
        outcome = self._handlers[call.match.row.handler](self, call)
        if isinstance(outcome, str):
            return outcome
        self._dialogue = outcome
        return self._resume(None)

    def _resume(self, answer: str | None) -> str:
        assert self._dialogue is not None
        try:
            ask = next(self._dialogue) if answer is None else self._dialogue.send(answer)
        except StopIteration as stop:
            self._dialogue = self._question = None
            output: str = stop.value or ""
            return output
        except (CommandFailed, IllegalEvent, FileSystemError) as failure:
            self._dialogue = self._question = None
            return f"{failure}\n"
        self._question = ask
        return ask.before

    # --- configuration -------------------------------------------------------------------------------------------

    def _configure_each(self, line: str) -> str:
        """A line in a range: for one interface after the other, until it is refused or leaves the range."""
        whole, depth = self.frames[-1], len(self.frames)
        output = ""
        for section in whole.sections:
            one = Frame(whole.mode, section)
            self.frames[-1] = one
            try:
                output = self._configure(line)
            finally:
                stays = len(self.frames) == depth and self.frames[-1] is one
                if stays:
                    self.frames[-1] = whole
            if output or not stays:
                break
        return output

    def _configure(self, line: str) -> str:
        typed = line.strip()
        first, _, rest = typed.partition(" ")
        negated = first.lower() == "no"
        default = not negated and len(first) > 2 and "default".startswith(first.lower())
        body = rest.lstrip() if negated or default else typed
        offset = line.rindex(body) if body else len(line)
        refusals = []
        for depth in self._frame_order():
            frame = self.frames[depth]
            grammar = self.device.catalogue.grammar(frame.mode, 15, negated=negated or default)
            found = grammar.match(body)
            if isinstance(found, Refusal):
                refusals.append(found)
                continue
            self._remember(line, found)
            if found.row.handler != "do" and found.row.mode != COMMON_MODE:  # "exit" is that of the innermost mode
                del self.frames[depth + 1 :]
            output = self._start(Call(found, negated, default))
            if self.transaction is not None and found.row.handler not in _NO_CHANGE:
                self.transaction.append(line)
            if found.row.handler != "do" and not self.tries:
                self.device.configuration_changed(self.now)
            return output
        self._remember(line, None)
        best = max(refusals, key=lambda refusal: refusal.depth)
        return self._refused(line, Refusal(best.fault, best.offset + offset, best.depth), 0)

    def _frame_order(self) -> list[int]:
        """Innermost mode first; a mode that takes any line comes after those above it, which know their own lines."""
        order = list(range(len(self.frames) - 1, -1, -1))
        if self.device.catalogue.is_free(self.frames[-1].mode):
            order = [*order[1:], order[0]]
        return order

    def do(self, command: str) -> str:
        """An EXEC command from configuration mode."""
        return self._run_exec(command, shift=3)

    def collect(
        self, done: Callable[[str], bool], finish: Callable[[list[str]], None], mode: str | None = None
    ) -> None:
        """Take lines as they are, until *done* says so of one; *finish* gets them all."""
        self._collecting = _Collecting(done, finish, [], mode)

    def _collect(self, line: str) -> str:
        collecting = self._collecting
        assert collecting is not None
        collecting.lines.append(line)
        if self.transaction is not None:
            self.transaction.append(line)
        if collecting.done(line):
            self._collecting = None
            collecting.finish(collecting.lines)
            if not self.tries:
                self.device.configuration_changed(self.now)
        return ""

    def _in_tcl(self, shell: TclShell, line: str) -> str:
        try:
            output = shell.take(line)
        except (CommandFailed, FileSystemError) as failure:
            output = f"{failure}\n"
        if shell.closed:
            self.tcl = None
        return output

    def write_file(self, url: str, text: str, *, appending: bool = False) -> None:
        """Write *text* on flash, or behind what the file holds; raises `FileSystemError`."""
        place = self.absolute(url)
        files = self.device.files
        old = files.read(place) if appending and files.exists(place) else b""
        files.write(place, old + text.encode(), self.now)

    def run(self, command: str) -> str:
        """An EXEC command on behalf of a shell or an applet."""
        return self._run_exec(command)

    # --- refusals, help, completion ------------------------------------------------------------------------------

    def _refused(self, line: str, refusal: Refusal, shift: int) -> str:
        match refusal.fault:
            case Fault.INVALID:
                return f"{' ' * (len(self.prompt) + shift + refusal.offset)}^\n{refusal.fault.value}\n\n"
            case Fault.INCOMPLETE:
                return f"{refusal.fault.value}\n\n"
            case Fault.AMBIGUOUS:
                return f'{refusal.fault.value}"{line.strip()}"\n'

    def _choices(self, text: str) -> tuple[Choice, ...] | Refusal:
        if "|" in text and not self.frames:
            return _filter_choices(text.rpartition("|")[2].lstrip())
        if not self.frames:
            found = self.device.catalogue.grammar("exec", self._level()).choices(text)
            if (
                isinstance(found, tuple)
                and any(choice.word == "<cr>" for choice in found)
                and text.lstrip().startswith("sh")
            ):
                found = (*found[:-1], Choice("|", "Output modifiers"), found[-1])
            return found
        first, blank, rest = text.lstrip().partition(" ")
        if blank and first in ("no", "default"):
            return self.device.catalogue.grammar(self.frames[-1].mode, 15, negated=True).choices(rest)
        if blank and first == "do":
            return self.device.catalogue.grammar("exec", 15).choices(rest)
        found = self.device.catalogue.grammar(self.frames[-1].mode, 15).choices(text)
        if isinstance(found, Refusal) or blank or text.endswith(" "):
            return found
        forms = [one for one in _FORMS if one.word.startswith(first)]
        return tuple(sorted((*found, *forms), key=lambda one: one.word))

    def help(self, text: str, now: datetime) -> str:
        """What ``?`` behind *text* prints."""
        self.now = now
        if self.is_asking:
            return ""
        found = self._choices(text)
        if isinstance(found, Refusal):
            return (
                "% Unrecognized command\n" if found.fault is Fault.INVALID else f'{found.fault.value}"{text.strip()}"\n'
            )
        if not found:
            return "% Unrecognized command\n"
        if text and not text.endswith(" "):
            words = [choice.word for choice in found]
            width = max(len(word) for word in words) + 2
            return "  ".join(word.ljust(width) for word in words).rstrip() + "\n"
        width = max(len(choice.word) for choice in found)
        heading = _HEADINGS.get(self.frames[-1].mode if self.frames else None) if not text.strip() else None
        lines = [f"  {choice.word.ljust(width)}  {choice.help}".rstrip() for choice in found]
        return "".join(f"{line}\n" for line in ([heading, *lines] if heading else lines))

    def complete(self, text: str) -> str:
        """*text* after the Tab key: its last word written out where only one keyword fits."""
        if self.is_asking:
            return text
        mode = self.frames[-1].mode if self.frames else "exec"
        first, blank, rest = text.partition(" ")
        negated = bool(self.frames) and blank == " " and first in ("no", "default")
        head = f"{first} " if negated else ""
        grammar = self.device.catalogue.grammar(mode, 15 if self.frames else self._level(), negated=negated)
        completed = grammar.complete(rest if negated else text)
        return text if completed is None else head + completed

    # --- the rest ------------------------------------------------------------------------------------------------

    def messages(self) -> tuple[str, ...]:
        """Log lines to show on this terminal; they are taken."""
        taken = tuple(self._messages)
        self._messages.clear()
        return taken

    def log(self, message: str) -> None:
        """A log message for this terminal."""
        self._messages.append(message)
        if self.notify is not None:
            self.notify()

    def close(self) -> None:
        """The session ends: by its user, or since the device goes down."""
        if not self.closed:
            self.closed = True
            self.device.forget(self)
            if self.notify is not None:
                self.notify()


def _filter_choices(partial: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(kind.value, text) for kind, text in filters.HELP.items() if kind.value.startswith(partial.lower())
    )
