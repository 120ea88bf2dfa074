"""HTTP to CSSM: retries, rate limits, verified TLS. The only module that knows httpx."""

from __future__ import annotations

import ipaddress
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import httpx

from nornir_smartlic.errors import CssmError, UsageError

RETRIED: Final = frozenset({429, 500, 502, 503, 504})
"""Answers after which asking again makes sense. Source: reference/reports.md section 7.4, and 500 for the cloud."""

NOT_DONE: Final = frozenset({429, 503})
"""Of these, the answers that say that nothing was done."""


MOST_SECONDS_ASKED: Final = 900.0
"""A server that asks for a longer pause (``Retry-After``) is not waited for: the run would seem to hang."""
MOST_SECONDS: Final = 300.0
MEGABYTE: Final = 1024 * 1024
_LONGEST_MESSAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Retries:
    """How often to ask again, and how long to wait in between: doubled each time, with jitter."""

    attempts: int = 5
    first_seconds: float = 1.0
    longest_seconds: float = 60.0

    def pause(self, attempt: int, asked: float | None) -> float:
        """Seconds before the next attempt; *asked* is what the server asked for."""
        own = min(self.first_seconds * 2**attempt, self.longest_seconds)
        own *= random.uniform(0.75, 1.25)  # noqa: S311  so that many clients do not come back together
        return own if asked is None else max(asked, 0.0)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where CSSM or SSM On-Prem is, and by which certificate authority its certificate is checked."""

    url: str
    ca_file: Path | None = None  # None: those of the system
    timeout_seconds: float = 60.0
    answer_mb: int = 64  # of one answer; a larger one is given up
    retries: Retries = field(default_factory=Retries)


class Transfer:
    """Asks one endpoint; close it after use, or use it as a context manager.

    ``sleep``, ``now`` and ``transport`` are there for tests; nothing else sets them.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._sleep = sleep
        self._now = now
        try:
            verify: Any = ssl.create_default_context(cafile=endpoint.ca_file) if endpoint.ca_file else True
            self._client = httpx.Client(
                base_url=endpoint.url,
                verify=verify,
                timeout=endpoint.timeout_seconds,
                transport=transport,
                headers={"Accept-Encoding": "identity"},  # a few bytes would unpack to many
                follow_redirects=False,  # an access token goes to no other host
            )
        except (OSError, httpx.InvalidURL, ValueError) as error:
            raise CssmError(
                f"{endpoint.ca_file or endpoint.url}: {getattr(error, 'strerror', None) or error}"
            ) from None

    def __enter__(self) -> Transfer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """One request, repeated while the answer is of the passing kind.

        What can be done twice without harm is *repeatable*: reading, and usage reports, of which CSSM takes each
        number once. Anything else is sent again only where it has certainly not been done: no connection, or an
        answer that says so (429, 503).

        Raises:
            CssmError: no connection, or still no good answer after the last attempt; *path* leads to another host.
        """
        problem = ""
        for attempt in range(self._endpoint.retries.attempts):
            asked: float | None = None
            try:
                request = self._client.build_request(method, path, json=json, data=form, params=query, headers=headers)
                self._require_own_host(request.url)
                response = self._read(request)
            except httpx.TransportError as error:
                problem = _why(error)
                status = None
                if _untrusted(error) is not None:
                    break  # asking again does not change a certificate
                if not repeatable and not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    problem += "; whether it was done is not known"
                    break
            else:
                if response.status_code not in (RETRIED if repeatable else NOT_DONE):
                    return Answer(response.status_code, _decoded(response), self._redirected(request.url, response))
                status = response.status_code
                problem = _message(_decoded(response)) or f"HTTP status {status}"
                asked = self._asked_seconds(response)
                if asked is not None and asked > MOST_SECONDS_ASKED:
                    problem += f"; it asks to come back in {asked:.0f} s"
                    break
            if attempt + 1 < self._endpoint.retries.attempts:
                self._sleep(self._endpoint.retries.pause(attempt, asked))
        raise CssmError(f"{self._host()}: {problem}", status=status)

    def _read(self, request: httpx.Request) -> httpx.Response:
        """The whole answer; raises `CssmError` where it is larger, or comes more slowly, than an answer may."""
        most = self._endpoint.answer_mb * MEGABYTE
        ends = time.monotonic() + MOST_SECONDS
        response = self._client.send(request, stream=True)
        try:
            content = bytearray()
            for piece in response.iter_bytes():
                content += piece
                if len(content) > most:
                    raise CssmError(f"{self._host()}: an answer of more than {most} bytes", status=response.status_code)
                if time.monotonic() > ends:
                    raise CssmError(f"{self._host()}: no end of its answer within {MOST_SECONDS:.0f} s")
        except httpx.DecodingError:
            raise CssmError(f"{self._host()}: an answer that cannot be unpacked") from None
        finally:
            response.close()
        headers = {name: value for name, value in response.headers.items() if name != "content-encoding"}
        return httpx.Response(response.status_code, headers=headers, content=bytes(content))

    def _require_own_host(self, url: httpx.URL) -> None:
        """A path with a host in it would carry the credential there."""
        own = self._client.base_url
        if (url.scheme, url.host, url.port) != (own.scheme, own.host, own.port):
            raise CssmError(f"{self._host()}: a path of {url.host}, to which no credential is sent")

    def _redirected(self, asked: httpx.URL, response: httpx.Response) -> str | None:
        """The host that *response* sends elsewhere to; ``None``: it does not."""
        location = response.headers.get("location", "")[:_LONGEST_MESSAGE]
        if not 300 <= response.status_code < 400 or not location:
            return None
        try:
            return asked.join(location).host
        except httpx.InvalidURL:
            return "a URL that is none"

    def require_private(self) -> None:
        """Raises `UsageError` where a secret would go over the network for all to read."""
        url = self._client.base_url
        if url.scheme != "https" and not _is_loopback(url.host):
            raise UsageError(
                f"{self._endpoint.url}: a client secret is sent over https:// alone, or over http:// to this machine"
            )

    def _asked_seconds(self, response: httpx.Response) -> float | None:
        """``Retry-After`` in seconds: a number, or a date."""
        text = response.headers.get("retry-after", "").strip()[:64]
        if text.isascii() and text.isdigit():
            return float(text)
        try:
            return (parsedate_to_datetime(text) - self._now()).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None

    def _host(self) -> str:
        return self._client.base_url.host or self._endpoint.url


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no passing error; ``data`` is the JSON, ``None`` where it is none."""

    status: int
    data: Any
    redirected: str | None = None  # the host to which it sends elsewhere

    def checked(self, what: str) -> dict[str, Any]:
        """The JSON object of a good answer.

        Raises:
            CssmError: an error, with the message that CSSM gave.
        """
        if self.status >= 400 or not isinstance(self.data, dict):
            instead = "no JSON object"
            if 300 <= self.status < 400:
                to = f" to {_printable(self.redirected)}" if self.redirected else ""
                instead = f"a redirect{to}, which is not followed: a credential goes to no other host"
            reason = _message(self.data) or (
                f"HTTP status {self.status}" + (f", {instead}" if self.status < 400 else "")
            )
            raise CssmError(f"{what}: {reason}", status=self.status)
        if str(self.data.get("status", "")).upper() in ("ERROR", "FAILED"):
            raise CssmError(f"{what}: {_message(self.data) or 'failed without a reason'}", status=self.status)
        return self.data


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _decoded(response: httpx.Response) -> Any:
    """The JSON of an answer; ``None``: it is none, or nested so deeply that nobody meant it."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _message(data: Any) -> str | None:
    """What CSSM says, under the names that its generations have for it."""
    if not isinstance(data, dict):
        return None
    for name in ("message", "statusMessage", "status_message", "error_description", "error", "detail"):
        if isinstance(data.get(name), str) and data[name]:
            return _printable(str(data[name]).strip().partition("\n")[0])[:_LONGEST_MESSAGE] or None
    return None


def _printable(text: str) -> str:
    """*text* of a server, in which nothing acts on a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def _untrusted(error: BaseException) -> str | None:
    """Why the server's certificate is not trusted; ``None``: that is not the problem."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLCertVerificationError):
            return chain.verify_message or str(chain)
        chain = chain.__cause__ or chain.__context__
    return None


def _why(error: httpx.TransportError) -> str:
    if (reason := _untrusted(error)) is not None:
        return f"its certificate is not trusted: {reason}"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
