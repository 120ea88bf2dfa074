"""``smartlic export``: what the store knows, for Prometheus to fetch."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from nornir_smartlic.cli.failures import os_error, say
from nornir_smartlic.cli.remembering import audit_again
from nornir_smartlic.errors import StoreError, UsageError
from nornir_smartlic.outputs.machine import metrics_of

if TYPE_CHECKING:
    from prometheus_client.core import Metric
    from prometheus_client.registry import Collector

    from nornir_smartlic.cli.settings import Settings


def listen_at(text: str) -> tuple[str, int]:
    """Address and port of ``127.0.0.1:9818``; raises `UsageError`."""
    address, colon, port = text.rpartition(":")
    if not colon or not address or not port.isdecimal() or not 0 <= int(port) < 65_536:
        raise UsageError(f"--listen {text!r}: expected ADDRESS:PORT, such as 127.0.0.1:9818")
    return address.strip("[]"), int(port)


@contextmanager
def exporter(settings: Settings, hosts: Sequence[str], address: str, port: int, max_age: timedelta) -> Iterator[int]:
    """Serves the metrics meanwhile; gives the port, which another than 0 asks for.

    Raises:
        UsageError: there is no store, or nobody can listen there.
    """
    from prometheus_client import CollectorRegistry, start_http_server

    with settings.opened_store():
        pass  # that it is there is said now, not at the first question
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_collector(settings, hosts, max_age))
    try:
        server, thread = start_http_server(port, addr=address, registry=registry)
    except OSError as error:
        raise UsageError(f"--listen {address}:{port}: {os_error(error)}") from None
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _collector(settings: Settings, hosts: Sequence[str], max_age: timedelta) -> Collector:
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.registry import Collector

    class FromStore(Collector):
        def collect(self) -> Iterator[Metric]:
            up = GaugeMetricFamily("smartlic_store_up", "1 where the store could be read, else 0.")
            try:
                with settings.opened_store() as store:
                    report = audit_again(store, hosts, max_age=max_age, now=datetime.now(UTC))
            except (StoreError, UsageError) as error:
                say(f"the store cannot be read: {error}")
                up.add_metric([], 0.0)
                yield up
                return
            up.add_metric([], 1.0)
            yield up
            yield from metrics_of(report)

    return FromStore()


def until_stopped() -> None:
    """Until Ctrl-C or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
