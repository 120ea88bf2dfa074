"""What ``smartlic reconcile`` compares: hosts from a run or from the store, devices and licences from CSSM."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from nornir_smartlic import tasks
from nornir_smartlic.cli.commands import virtual_accounts_of
from nornir_smartlic.cli.running import run
from nornir_smartlic.compliance import Books, TokenUse
from nornir_smartlic.model import LicensingReading, Udi
from nornir_smartlic.outputs import HostReport, ReconciliationReport, Report
from nornir_smartlic.reconciliation import (
    NO_USAGE,
    BelievedDevice,
    CountedLicense,
    HostCount,
    OwnedLicense,
    Position,
    Purchase,
    Reconciliation,
    count_of,
    reconcile,
)
from nornir_smartlic.store import LastReading, Store, last_readings

if TYPE_CHECKING:
    from nornir.core import Nornir
    from nornir.core.task import Result

    from nornir_smartlic.cli.settings import Settings
    from nornir_smartlic.cssm import CssmClient, LicenseLine, ProductInstance, SmartAccount

NEVER_READ: Final = "no audit in the store has read it"


def reconciled(
    nornir: Nornir,
    settings: Settings,
    *,
    from_store: bool,
    ending_days: int,
    agreements: Iterable[str] = (),
    is_whole: bool,
) -> ReconciliationReport:
    """`report_on` with what *settings* name.

    Raises:
        UsageError: there is no access to CSSM, or no store.
        CssmError: CSSM did not answer; no device has been asked then.
    """
    with ExitStack() as stack:
        store = stack.enter_context(settings.opened_store()) if from_store else None
        client = stack.enter_context(settings.cssm())
        account = settings.account(client)
        return report_on(
            nornir,
            client,
            account,
            store=store,
            ending_days=ending_days,
            agreements=agreements,
            is_whole=is_whole,
        )


def report_on(
    nornir: Nornir,
    client: CssmClient,
    account: SmartAccount,
    *,
    store: Store | None,
    ending_days: int,
    agreements: Iterable[str],
    is_whole: bool,
) -> ReconciliationReport:
    """Devices, by a reading now or by that in *store*, against what CSSM has of *account*.

    Raises:
        CssmError: CSSM did not answer; no device has been asked then.
    """
    ask = _asked(client, account, agreements)
    accounts = virtual_accounts_of(nornir)
    is_interrupted = False
    if store is not None:
        counts = counts_of_store(last_readings(store), accounts)
    else:
        report = run(nornir, "reconcile", tasks.read_licensing, _read)
        counts = [_of_run(host, accounts[host.host]) for host in report.hosts]
        is_interrupted = report.interrupted
    now = datetime.now(UTC).replace(microsecond=0)
    result = ask(counts, now, timedelta(days=ending_days), is_whole)
    return ReconciliationReport(result, created=now, warnings=_warnings(counts), interrupted=is_interrupted)


_Compare = Callable[[Sequence[HostCount], datetime, timedelta, bool], Reconciliation]


def _asked(client: CssmClient, account: SmartAccount, agreements: Iterable[str] = ()) -> _Compare:
    """Ask CSSM now; what it gives back compares counts with the answer."""
    devices = [_device(each) for each in client.product_instances(account.domain)]
    owned = [_owned(each) for each in client.licenses(account.domain)]
    known = frozenset((*agreements, *client.agreements(account.domain)))

    def compare(counts: Sequence[HostCount], now: datetime, ending_within: timedelta, is_whole: bool) -> Reconciliation:
        return reconcile(
            counts, devices, owned, now=now, ending_within=ending_within, is_whole=is_whole, agreements=known
        )

    return compare


def ask_for_fleet(settings: Settings, *, ending_days: int, is_whole: bool) -> Callable[[Sequence[HostCount]], Books]:
    """Ask CSSM, before a device is, for what the rules of the fleet need; gives back what compares counts with it.

    Raises:
        UsageError: there is no access to CSSM.
        CssmError: CSSM did not answer.
    """
    with settings.cssm() as client:
        account = settings.account(client)
        compare = _asked(client, account)
        tokens = tuple(
            TokenUse(home.name, token.description, token.uses)
            for home in account.virtual_accounts
            for token in client.tokens(account.domain, home.name)
        )
    now = datetime.now(UTC).replace(microsecond=0)
    return lambda counts: Books(compare(counts, now, timedelta(days=ending_days), is_whole), tokens)


def _read(host: str, result: Result) -> HostReport:
    return HostReport(host, result=result.result)


def _of_run(host: HostReport, virtual_account: str | None) -> HostCount:
    reading = host.result
    if host.error is not None or not isinstance(reading, LicensingReading):
        message = host.error.message if host.error is not None else NO_USAGE
        return HostCount(host.host, virtual_account, error=message)
    return count_of(host.host, virtual_account, reading)


def counts_of_store(readings: Sequence[LastReading], accounts: Mapping[str, str | None]) -> list[HostCount]:
    """The own count of each host in *accounts*, as it was when it was last read."""
    by_host = {each.host: each for each in readings}
    found = []
    for host, account in accounts.items():
        last = by_host.get(host)
        if last is None:
            found.append(HostCount(host, account, error=NEVER_READ))
            continue
        licenses = tuple(CountedLicense(name, count, display) for name, count, display in last.licenses)
        found.append(HostCount(host, account, _udis(last.udi), licenses, read=last.taken))
    return found


def positions_of(
    report: Report, client: CssmClient, account: SmartAccount, accounts: Mapping[str, str | None], *, is_whole: bool
) -> tuple[Position, ...]:
    """What the devices of *report*, an audit, use of what CSSM has of *account*.

    Raises:
        CssmError: CSSM did not answer.
    """
    counts = [_of_audit(host, accounts.get(host.host)) for host in report.hosts]
    devices = [_device(each) for each in client.product_instances(account.domain)]
    owned = [_owned(each) for each in client.licenses(account.domain)]
    now = report.created or datetime.now(UTC)
    return reconcile(counts, devices, owned, now=now, ending_within=timedelta(0), is_whole=is_whole).positions


def _of_audit(host: HostReport, virtual_account: str | None) -> HostCount:
    if host.device is None:
        return HostCount(host.host, virtual_account, error=host.error.message if host.error is not None else NO_USAGE)
    licenses = tuple(CountedLicense(name, count, display) for name, count, display in host.device.licenses_in_use)
    return HostCount(host.host, virtual_account, _udis(host.device.udi), licenses)


def _udis(text: str | None) -> tuple[Udi, ...]:
    found = re.fullmatch(r"PID:([^,]+),SN:(.+)", text or "")
    return (Udi(found[1], found[2]),) if found else ()


def _warnings(counts: Sequence[HostCount]) -> tuple[str, ...]:
    dated = [(each.read, each.host) for each in counts if each.read is not None]
    if not dated:
        return ()
    taken, host = min(dated)
    return (
        f"devices are counted as the store has them; the oldest reading, of {host}, is of {taken:%Y-%m-%d %H:%M} UTC",
    )


def _device(each: ProductInstance) -> BelievedDevice:
    return BelievedDevice(each.udi, each.virtual_account, each.host_name, each.licenses)


def _owned(line: LicenseLine) -> OwnedLicense:
    purchases = tuple(Purchase(each.quantity, each.ends, each.subscription_id) for each in line.purchases)
    return OwnedLicense(line.name, line.virtual_account, line.quantity, line.in_use, purchases)
