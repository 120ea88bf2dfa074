"""Postmen for the notices of CSSM: a spool directory, or an SMTP server."""

from __future__ import annotations

import os
import smtplib
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path


class MailSpool:
    """A directory in which each mail is a file, whole from the moment it is there."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def deliver(self, mail: EmailMessage) -> None:
        """Write *mail*; the same one again takes its own place. Raises `OSError`."""
        self._directory.mkdir(parents=True, exist_ok=True)
        name = mail["Message-ID"].strip("<>").split("@")[0]
        path = self._directory / f"{name}.eml"
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(mail.as_bytes(policy=SMTP))
        os.replace(unfinished, path)


class SmtpServer:
    """A server that takes mails as they are, without a login."""

    def __init__(self, host: str, port: int = 25, *, timeout_seconds: float = 10) -> None:
        self._host, self._port, self._timeout = host, port, timeout_seconds

    def deliver(self, mail: EmailMessage) -> None:
        """Send *mail*; raises `OSError` (an `smtplib.SMTPException` is one)."""
        with smtplib.SMTP(self._host, self._port, timeout=self._timeout) as server:
            server.send_message(mail)
