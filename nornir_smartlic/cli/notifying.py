"""Findings that are new since the last audit in the store, to a webhook or a syslog server."""

from __future__ import annotations

import logging
import logging.handlers
import os
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from nornir_smartlic.cli.failures import os_error
from nornir_smartlic.compliance import Finding
from nornir_smartlic.cssm.transfer import Endpoint, Transfer
from nornir_smartlic.errors import CssmError, UsageError
from nornir_smartlic.outputs import Report, plain
from nornir_smartlic.outputs.texts import clean_line
from nornir_smartlic.store import Store, standing

VARIABLE: Final = "SMARTLIC_WEBHOOK"
"""The webhook's URL: it holds a secret mostly, so it is no option, and no message has more of it than its host."""
MOST: Final = 1000  # findings of one message
_SYSLOG_LEVELS: Final = {"high": "CRITICAL", "medium": "ERROR", "low": "WARNING", "info": "INFO"}


def places(notify: Sequence[str]) -> tuple[str, ...]:
    """*notify* checked, before a device is asked: ``webhook``, ``syslog:HOST[:PORT]``.

    Raises:
        UsageError: one is neither, or the webhook's URL is not set or not one to send findings to.
    """
    for place in notify:
        if place == "webhook":
            _webhook().close()
        else:
            _syslog(place)
    return tuple(notify)


def open_before(store: Store) -> frozenset[tuple[str, str]]:
    """Host and rule of what the audits so far left open."""
    return frozenset((each.host, each.rule_id) for each in standing(store))


def news(report: Report, before: frozenset[tuple[str, str]]) -> tuple[tuple[Finding, ...], tuple[tuple[str, str], ...]]:
    """The findings of *report* that are new, and host and rule of those that are gone on hosts that were read."""
    now = {(each.host, each.rule_id): each for each in report.findings if each.verdict.is_finding}
    read = {host.host for host in report.hosts if host.error is None}
    gone = sorted(key for key in before if key[0] in read and key not in now)
    return tuple(now[key] for key in sorted(now) if key not in before), tuple(gone)


def notify(where: Sequence[str], new: Sequence[Finding], gone: Sequence[tuple[str, str]]) -> list[str]:
    """Send what is new and what is gone; nothing where there is neither. Gives a line for each place that failed."""
    problems = []
    for place in where if new or gone else ():
        try:
            if place == "webhook":
                _post(new, gone)
            else:
                _log(place, new, gone)
        except (CssmError, UsageError) as error:
            problems.append(f"{place}: not notified: {error}")
        except OSError as error:
            problems.append(f"{place}: not notified: {os_error(error)}")
    return problems


def _webhook() -> Transfer:
    url = os.environ.get(VARIABLE, "")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--notify webhook: set {VARIABLE} to its URL, https://...")
    transfer = Transfer(Endpoint(f"{parts.scheme}://{parts.netloc}"))
    transfer.require_private()
    return transfer


def _post(new: Sequence[Finding], gone: Sequence[tuple[str, str]]) -> None:
    text = f"Smart Licensing: {len(new)} new findings, {len(gone)} gone"  # what chats show of a message
    body = {
        "text": text,
        "new": [plain(each) for each in new[:MOST]],
        "gone": [{"host": host, "rule_id": rule} for host, rule in gone[:MOST]],
        "counts": {"new": len(new), "gone": len(gone)},
    }
    parts = urlsplit(os.environ.get(VARIABLE, ""))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _webhook() as transfer:
        answer = transfer.ask("POST", path, json=body, repeatable=False)
    if answer.status >= 300:
        raise CssmError(f"{parts.hostname}: HTTP status {answer.status}", status=answer.status)


def _syslog(place: str) -> tuple[str, int]:
    kind, _, rest = place.partition(":")
    host, colon, port = rest.rpartition(":")
    if not colon:
        host, port = rest, "514"
    if kind != "syslog" or not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise UsageError(f"--notify {place!r}: expected webhook, or syslog:HOST[:PORT]")
    return host.strip("[]"), int(port)


class _Syslog(logging.handlers.SysLogHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  logging's protocol
        raise  # logging calls it while it handles the error, and would print a traceback


def _log(place: str, new: Sequence[Finding], gone: Sequence[tuple[str, str]]) -> None:
    """Messages over UDP, one a finding, as syslog servers read them (RFC 3164)."""
    handler = _Syslog(address=_syslog(place), facility=logging.handlers.SysLogHandler.LOG_LOCAL7)
    handler.append_nul = False
    try:
        for finding in new[:MOST]:
            level = getattr(logging, _SYSLOG_LEVELS[finding.severity.value])
            text = f"smartlic: new {finding.rule_id} {finding.verdict.value} on {finding.host}: {finding.message}"
            handler.emit(_message(level, text))
        for name, rule in gone[:MOST]:
            handler.emit(_message(logging.INFO, f"smartlic: gone {rule} on {name}"))
    finally:
        handler.close()


def _message(level: int, text: str) -> logging.LogRecord:
    return logging.LogRecord("smartlic", level, "", 0, clean_line(text)[:900], None, None)
