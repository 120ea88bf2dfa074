"""The terminal line of an IOS-XE device: echo, editing, paging and questions, for whatever carries its characters.

Source: the editing keys, ``--More--`` and ``[confirm]`` are those of Cisco's Configuration Fundamentals guide
("Using the Command-Line Interface"), unverified; what clients send on login is in design.md section 5.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from enum import Enum
from typing import Final, Protocol

MORE: Final = " --More-- "
_ERASE_MORE: Final = "\b" * 9 + " " * 8 + "\b" * 9
_HISTORY: Final = 20  # ``terminal history size``, its default is unverified
_MAX_LINE: Final = 8192


class ShellReply(Protocol):
    """What a session answers to a line."""

    @property
    def output(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def closed(self) -> bool: ...
    @property
    def hide_input(self) -> bool: ...
    @property
    def single_key(self) -> bool: ...


class ShellSession(Protocol):
    """What the terminal asks of a device's session."""

    terminal_length: int

    @property
    def prompt(self) -> str: ...
    @property
    def greeting(self) -> str: ...
    @property
    def is_asking(self) -> bool: ...
    def close(self) -> None: ...
    def execute(self, line: str, now: datetime) -> ShellReply: ...
    def interrupt(self, now: datetime) -> ShellReply: ...
    def end(self, now: datetime) -> ShellReply: ...
    def help(self, text: str, now: datetime) -> str: ...
    def complete(self, text: str) -> str: ...
    def messages(self) -> tuple[str, ...]: ...


class _Mode(Enum):
    LINE = "a line is edited"
    KEY = "one key answers"
    MORE = "a page is shown"
    CLOSED = "the session has ended"


class Terminal:
    """One user at one session.

    Args:
        session: the device's side.
        at: gives the time, and the device to nobody else meanwhile (`World.at`).
        write: takes what goes to the user.
        close: called once, when the device ends the session.
    """

    def __init__(
        self,
        session: ShellSession,
        *,
        at: Callable[[], AbstractContextManager[datetime]],
        write: Callable[[str], None],
        close: Callable[[], None],
    ) -> None:
        self.session = session
        self._at = at
        self._write_out = write
        self._close_out = close
        self._mode = _Mode.LINE
        self._hidden = False
        self._question = False  # the prompt is a question: no help, no history
        self._prompt = ""
        self._line: list[str] = []
        self._cursor = 0
        self._killed = ""
        self._history: list[str] = []
        self._recall = 0  # how far back in history; 0: the line that is being written
        self._draft = ""
        self._escape = ""
        self._literal = False
        self._after_return = False
        self._pages: list[str] = []
        self._out: list[str] = []
        self._after_page: ShellReply | None = None
        self._only_one = False  # command: the session ends with it

    # --- in and out -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Greet: the banners, then the prompt."""
        with self._at():
            greeting, self._prompt = self.session.greeting, self.session.prompt
        if greeting:
            self._put(greeting if greeting.endswith("\n") else greeting + "\n")
        self._put("\n")
        self._put(self._prompt)
        self.flush()

    def run(self, command: str) -> None:
        """Carry out one command and end; what it asks is asked."""
        self._only_one = True
        self.session.terminal_length = 0
        self._put("\n")
        with self._at() as now:
            reply = self.session.execute(command, now)
        self._show(reply)
        self.flush()

    def feed(self, data: str) -> None:
        """Take in what the user typed."""
        for character in data:
            if self._mode is _Mode.CLOSED:
                break
            self._take(character)
        self._flush_messages()
        self.flush()

    def notice(self) -> None:
        """Show messages that came while nobody typed (``terminal monitor``)."""
        if self._mode is not _Mode.CLOSED:
            self._flush_messages()
            self.flush()

    def flush(self) -> None:
        """Hand on what was written so far."""
        if self._out:
            text, self._out = "".join(self._out), []
            self._write_out(text)

    def _put(self, text: str) -> None:
        self._out.append(text.replace("\n", "\r\n"))

    def _flush_messages(self) -> None:
        if self._mode is _Mode.MORE:
            return
        messages = self.session.messages()
        if messages:
            # Without "logging synchronous" a device does not draw the line again.
            self._put("\n" + "".join(f"{message}\n" for message in messages))

    # --- keys -------------------------------------------------------------------------------------------------------

    def _take(self, key: str) -> None:
        if key == "\n" and self._after_return:  # "\r\n" is one key
            self._after_return = False
            return
        self._after_return = key == "\r"
        if key == "\x00":  # telnet habit: "\r\0"
            return
        if self._mode is _Mode.MORE:
            self._page_key(key)
        elif self._mode is _Mode.KEY:
            self._answer_key(key)
        elif self._escape:
            self._escape_key(key)
        elif self._literal:
            self._literal = False
            self._insert(key)
        else:
            self._line_key(key)

    def _line_key(self, key: str) -> None:
        if key in "\r\n":
            self._return()
        elif key == "?" and not self._question and not self._hidden:
            self._help()
        elif key >= " " and key != "\x7f":
            self._insert(key)
        else:
            action = _KEYS.get(key)
            if action is not None:
                action(self)

    def _insert(self, text: str) -> None:
        if len(self._line) >= _MAX_LINE:
            return
        self._line.insert(self._cursor, text)
        self._cursor += 1
        self._draw_from(self._cursor - 1)

    def _draw_from(self, start: int, *, erase: int = 0) -> None:
        """Write the line from *start*, blank *erase* places behind it, and go back to the cursor."""
        if self._hidden:
            return
        tail = "".join(self._line[start:]) + " " * erase
        self._out.append(tail + "\b" * (len(self._line) + erase - self._cursor))

    def _move(self, cursor: int) -> None:
        cursor = max(0, min(cursor, len(self._line)))
        if not self._hidden:
            if cursor < self._cursor:
                self._out.append("\b" * (self._cursor - cursor))
            else:
                self._out.append("".join(self._line[self._cursor : cursor]))
        self._cursor = cursor

    def _delete(self, start: int, stop: int) -> str:
        """Take out ``[start, stop)``, of which the cursor is at one end."""
        start = max(start, 0)
        gone = "".join(self._line[start:stop])
        if gone:
            self._move(start)
            del self._line[start:stop]
            self._draw_from(start, erase=len(gone))
        return gone

    def _word_left(self) -> int:
        place = self._cursor
        while place and self._line[place - 1] == " ":
            place -= 1
        while place and self._line[place - 1] != " ":
            place -= 1
        return place

    def _word_right(self) -> int:
        place = self._cursor
        while place < len(self._line) and self._line[place] == " ":
            place += 1
        while place < len(self._line) and self._line[place] != " ":
            place += 1
        return place

    def _backspace(self) -> None:
        self._delete(self._cursor - 1, self._cursor)

    def _delete_key(self) -> None:
        self._delete(self._cursor, self._cursor + 1)

    def _kill_before(self) -> None:
        self._killed = self._delete(0, self._cursor)

    def _kill_after(self) -> None:
        self._killed = self._delete(self._cursor, len(self._line))

    def _kill_word(self) -> None:
        self._killed = self._delete(self._word_left(), self._cursor)

    def _kill_next_word(self) -> None:
        self._killed = self._delete(self._cursor, self._word_right())

    def _yank(self) -> None:
        for character in self._killed:
            self._insert(character)

    def _transpose(self) -> None:
        """Swap the characters before and at the cursor; at the end of the line the last two."""
        place = min(self._cursor, len(self._line) - 1)
        if place >= 1:
            self._move(place - 1)
            self._line[place - 1], self._line[place] = self._line[place], self._line[place - 1]
            self._cursor = place + 1
            self._draw_from(place - 1)

    def _redraw(self) -> None:
        self._put("\n")
        self._draw_prompt()

    def _draw_prompt(self) -> None:
        self._put(self._prompt)
        self._draw_from(0)

    def _start_escape(self) -> None:
        self._escape = "\x1b"

    def _next_literal(self) -> None:
        self._literal = True

    def _escape_key(self, key: str) -> None:
        if self._escape == "\x1b" and key in "[O":
            self._escape = "\x1b["
            return
        if self._escape == "\x1b":
            action = _ESCAPED.get(key)
        elif key.isdigit() or key == ";":
            self._escape += key
            return
        else:
            action = _ARROWS.get(self._escape[2:] + key)
        self._escape = ""
        if action is not None:
            action(self)

    # --- history ----------------------------------------------------------------------------------------------------

    def _older(self) -> None:
        self._recall_line(self._recall + 1)

    def _newer(self) -> None:
        self._recall_line(self._recall - 1)

    def _recall_line(self, back: int) -> None:
        if self._question or not 0 <= back <= len(self._history):
            return
        if not self._recall:
            self._draft = "".join(self._line)
        self._recall = back
        length = len(self._line)
        self._move(0)
        self._line = list(self._history[-back] if back else self._draft)
        self._cursor = len(self._line)
        self._draw_from(0, erase=max(0, length - len(self._line)))

    # --- lines ------------------------------------------------------------------------------------------------------

    def _take_line(self) -> str:
        line = "".join(self._line)
        self._line, self._cursor, self._recall = [], 0, 0
        return line

    def _return(self) -> None:
        line = self._take_line()
        self._put("\n")
        if not self._question and line.strip():
            self._history = [*self._history[-(_HISTORY - 1) :], line]
        with self._at() as now:
            reply = self.session.execute(line, now)
        self._show(reply)

    def _interrupt(self) -> None:
        self._take_line()
        self._put("\n" if self._question else "^C\n")
        with self._at() as now:
            reply = self.session.interrupt(now)
        self._show(reply)

    def _end(self) -> None:
        """Ctrl-Z: carry out what is written, then leave configuration mode."""
        line = self._take_line()
        self._put("^Z\n")
        with self._at() as now:
            output = self.session.execute(line, now).output if line.strip() else ""
            reply = self.session.end(now)
        self._put(output)
        self._show(reply)

    def _help(self) -> None:
        text = "".join(self._line[: self._cursor])
        self._put("?\n")
        with self._at() as now:
            found = self.session.help(text, now)
        if found and not found.endswith("\n"):
            found += "\n"
        self._page(found if found.startswith("%") else found + "\n", None)  # a list ends with a blank line

    def _complete(self) -> None:
        if self._question or self._hidden:
            return
        completed = self.session.complete("".join(self._line))
        self._line = list(completed)
        self._cursor = len(self._line)
        self._redraw()

    # --- output -----------------------------------------------------------------------------------------------------

    def _show(self, reply: ShellReply) -> None:
        self._page(reply.output, reply)

    def _page(self, output: str, reply: ShellReply | None) -> None:
        """Print *output*, a page at a time; *reply* is what then decides how to go on (``None``: the same line)."""
        self._after_page = reply
        length = self.session.terminal_length
        lines = output.splitlines(keepends=True)
        if length and len(lines) > max(length - 1, 1):
            self._pages = lines
            self._mode = _Mode.MORE
            self._turn(max(length - 1, 1))
            return
        self._put(output)
        self._go_on()

    def _turn(self, count: int) -> None:
        shown, self._pages = self._pages[:count], self._pages[count:]
        self._put("".join(shown))
        if self._pages:
            self._out.append(MORE)
        else:
            self._go_on()

    def _page_key(self, key: str) -> None:
        self._out.append(_ERASE_MORE)
        if key in "\r\n":
            self._turn(1)
        elif key == " ":
            self._turn(max(self.session.terminal_length - 1, 1))
        else:
            self._pages = []
            self._put("\n")
            self._go_on()

    def _go_on(self) -> None:
        """After the output: the next prompt, or the end."""
        reply = self._after_page
        self._after_page = None
        self._mode = _Mode.LINE
        if reply is None:
            self._draw_prompt()
            return
        if reply.closed or (self._only_one and not self.session.is_asking):
            self._mode = _Mode.CLOSED
            self.flush()
            self._close_out()
            return
        self._prompt = reply.prompt
        self._hidden = reply.hide_input
        self._question = reply.hide_input or reply.single_key or reply.prompt != self.session.prompt
        if reply.single_key:
            self._mode = _Mode.KEY
        self._put(self._prompt)

    def _answer_key(self, key: str) -> None:
        """``[confirm]``: return or y says yes, any other key no. The device sees an empty line or the key."""
        self._put("\n")
        self._mode = _Mode.LINE
        with self._at() as now:
            if key == "\x03":
                reply = self.session.interrupt(now)
            else:
                reply = self.session.execute("" if key in "\r\n" else key, now)
        self._show(reply)


_Action = Callable[[Terminal], None]

_KEYS: Final[dict[str, _Action]] = {
    "\x01": lambda terminal: terminal._move(0),
    "\x02": lambda terminal: terminal._move(terminal._cursor - 1),
    "\x03": Terminal._interrupt,
    "\x04": Terminal._delete_key,
    "\x05": lambda terminal: terminal._move(len(terminal._line)),
    "\x06": lambda terminal: terminal._move(terminal._cursor + 1),
    "\x08": Terminal._backspace,
    "\x09": Terminal._complete,
    "\x0b": Terminal._kill_after,
    "\x0c": Terminal._redraw,
    "\x0e": Terminal._newer,
    "\x10": Terminal._older,
    "\x12": Terminal._redraw,
    "\x14": Terminal._transpose,
    "\x15": Terminal._kill_before,
    "\x16": Terminal._next_literal,
    "\x17": Terminal._kill_word,
    "\x18": Terminal._kill_before,
    "\x19": Terminal._yank,
    "\x1a": Terminal._end,
    "\x1b": Terminal._start_escape,
    "\x7f": Terminal._backspace,
}
_ESCAPED: Final[dict[str, _Action]] = {
    "b": lambda terminal: terminal._move(terminal._word_left()),
    "f": lambda terminal: terminal._move(terminal._word_right()),
    "d": Terminal._kill_next_word,
    "\x7f": Terminal._kill_word,
}
_ARROWS: Final[dict[str, _Action]] = {
    "A": Terminal._older,
    "B": Terminal._newer,
    "C": lambda terminal: terminal._move(terminal._cursor + 1),
    "D": lambda terminal: terminal._move(terminal._cursor - 1),
    "3~": Terminal._delete_key,
    "H": lambda terminal: terminal._move(0),
    "F": lambda terminal: terminal._move(len(terminal._line)),
}
