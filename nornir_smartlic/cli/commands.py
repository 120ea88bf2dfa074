"""What the commands do once their options are read: a task for each host, and what its result means in words."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from nornir_smartlic import tasks
from nornir_smartlic.cli.failures import host_error, os_error, say
from nornir_smartlic.cli.running import Describe, run
from nornir_smartlic.cli.tokens import TokenExhausted, TokenWallet
from nornir_smartlic.compliance import (
    ALL_RULES,
    RULES,
    Books,
    ComplianceOptions,
    Finding,
    FleetCase,
    Rule,
    Waiver,
    verify_fleet,
    waivers_of,
)
from nornir_smartlic.errors import FileRejected, StoreError, UsageError
from nornir_smartlic.fleet import RolloutJournal, Stage, roll_out
from nornir_smartlic.model import Instant, LicensingReading, Secret
from nornir_smartlic.operations.causes import Certainty
from nornir_smartlic.operations.configuring import Safety
from nornir_smartlic.operations.importing import ALREADY_THERE
from nornir_smartlic.operations.results import (
    AuthorizationOutcome,
    CollectedReports,
    ComplianceReport,
    Diagnosis,
    ImportOutcome,
    Plan,
    RegistrationOutcome,
    ReturnOutcome,
    SyncOutcome,
    TrustOutcome,
)
from nornir_smartlic.outputs import DeviceFacts, ExitCode, HostReport, Listing, Report, plain
from nornir_smartlic.reconciliation import HostCount, count_of
from nornir_smartlic.tasks.driving import intent_of_host, saves
from nornir_smartlic.tasks.import_files import files_at
from nornir_smartlic.tasks.stopping import stop

if TYPE_CHECKING:
    from nornir.core import Nornir
    from nornir.core.inventory import Host
    from nornir.core.task import Result, Task

    from nornir_smartlic.sources import Source


def waivers_of_file(path: Path | None, rules: Sequence[Rule] = RULES) -> tuple[Waiver, ...]:
    """The waivers in the file *path*, of *rules* and of those of the fleet."""
    if path is None:
        return ()
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        data = YAML(typ="safe").load(path)
    except OSError as error:
        raise UsageError(f"waivers {os_error(error)}") from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f" line {mark.line + 1}" if mark is not None else ""
        raise UsageError(f"waivers {path}{where}: not YAML") from None
    return waivers_of(data, known_rules=frozenset(rule.id for rule in (*rules, *ALL_RULES)), path=path.name)


def audit(
    nornir: Nornir,
    *,
    due_within_days: int,
    waivers: Sequence[Waiver],
    books_of: Callable[[Sequence[HostCount]], Books] | None = None,
    rules: Sequence[Rule] = RULES,
) -> Report:
    """Read and judge every host, and the fleet; *books_of* gives what CSSM has beside what hosts count themselves."""
    options = ComplianceOptions(due_within=timedelta(days=due_within_days))

    def task(task: Task) -> Result:
        return tasks.verify_compliance(task, options=options, waivers=waivers, rules=rules)

    accounts = virtual_accounts_of(nornir)
    counts: dict[str, HostCount] = {}

    def describe(host: str, result: Result) -> HostReport:
        counts[host] = count_of(host, accounts[host], result.result.reading)
        return _judged(host, result)

    report = with_sites(nornir, run(nornir, "audit", task, describe if books_of is not None else _judged))
    books = None
    if books_of is not None:
        unread = {
            each.host: HostCount(each.host, accounts[each.host], error=each.error.message)
            for each in report.hosts
            if each.error is not None
        }
        books = books_of(tuple({**counts, **unread}.values()))
    return replace(report, fleet=fleet_of(report.hosts, options, waivers, report.created, books))


def fleet_of(
    hosts: Sequence[HostReport],
    options: ComplianceOptions,
    waivers: Sequence[Waiver],
    now: datetime | None,
    books: Books | None = None,
) -> tuple[Finding, ...]:
    """What the rules of the fleet find on *hosts*; () where there is no fleet: one host alone, and CSSM not asked."""
    if len(hosts) < _A_FLEET and books is None:
        return ()
    udis = {each.host: each.device.udi for each in hosts if each.device is not None and each.device.udi is not None}
    return verify_fleet(FleetCase(udis, books, options), waivers, now)


_A_FLEET = 2


def with_sites(nornir: Nornir, report: Report) -> Report:
    """*report* with where the inventory says that each host stands."""
    hosts = nornir.inventory.hosts
    return replace(report, hosts=tuple(replace(each, site=site_of(hosts[each.host])) for each in report.hosts))


def site_of(host: Host) -> str | None:
    """Where *host* stands: ``site`` or ``location`` of its data, of a record its name; else its first group."""
    found = host.get("site") or host.get("location")
    if isinstance(found, Mapping):
        found = found.get("name") or found.get("slug")
    if isinstance(found, str) and found:
        return found
    return host.groups[0].name if host.groups else None


def write_back(nornir: Nornir, report: Report, source: Source) -> Report:
    """The verdicts of *report* to the records of the hosts; what could not be written is said, and exit code 3."""
    problems: list[str] = []
    written = 0
    for judged in report.hosts:
        unread = judged.error.message if judged.error is not None else None
        outcome = source.write(nornir.inventory.hosts[judged.host], judged.findings, unread=unread)
        written += outcome.written
        if outcome.problem is not None:
            problems.append(f"{outcome.host}: not written back: {outcome.problem}")
    for problem in problems[:_PROBLEMS_SAID]:
        say(problem)
    count = len(report.hosts)
    say(
        f"written back: {written} of {count} hosts, {count - written - len(problems)} unchanged, {len(problems)} failed"
    )
    return replace(report, incomplete=bool(problems)) if problems else report


_PROBLEMS_SAID = 20  # they are mostly the same one


def _judged(host: str, result: Result) -> HostReport:
    outcome: ComplianceReport = result.result
    device = DeviceFacts.of(outcome.reading)
    return HostReport(host, warnings=unparsed(outcome.reading), device=device, findings=outcome.findings)


def unparsed(reading: LicensingReading) -> tuple[str, ...]:
    """A warning for each line that no rule of the parsers took."""
    return tuple(f"{line.command}: a line that is not understood: {line.line.strip()!r}" for line in reading.unparsed)


def plan(nornir: Nornir, *, save: bool = True) -> Report:
    """The difference of every host to the inventory, and what `apply` with this *save* would save with it."""

    def task(task: Task) -> Result:
        safety = Safety(save=save and saves(task.host))
        return tasks.configure_licensing(task, safety=safety, dry_run=True)

    return run(nornir, "plan", task, _planned)


def apply(nornir: Nornir, *, save: bool = True, revert_minutes: int | None = None) -> Report:
    """Close the difference of every host to the inventory; without *save* it is not saved."""

    def task(task: Task) -> Result:
        safety = Safety(save=save and saves(task.host), revert_minutes=revert_minutes)
        return tasks.configure_licensing(task, safety=safety, dry_run=False)

    return run(nornir, "apply", task, _applied)


def _applied(host: str, result: Result) -> HostReport:
    plan: Plan = result.result
    report = replace(_planned(host, result), pending=False)
    if plan.commands:
        return replace(report, summary=f"changed: {_changes(plan)}{', saved' if plan.saved else ', not saved'}")
    if plan.saved:
        return replace(report, summary="as wanted, saved now: startup-config had it not")
    return replace(report, changed=False) if plan.unsaved else report


def apply_in_stages(
    nornir: Nornir,
    stages: Sequence[Stage],
    *,
    max_failures: int,
    journal: Path | None,
    save: bool = True,
    revert_minutes: int | None = None,
) -> Report:
    """`apply`, a few hosts first; a journal lets an interrupted or stopped rollout be taken up again."""
    hosts = nornir.inventory.hosts
    wanted = json.dumps({name: plain(intent_of_host(host)) for name, host in hosts.items()}, sort_keys=True)
    purpose = f"apply {hashlib.sha256(wanted.encode()).hexdigest()[:16]}"  # another intent is another rollout
    reports: dict[str, HostReport] = {}

    def work(batch: tuple[str, ...]) -> dict[str, bool]:
        chosen = nornir.filter(filter_func=lambda host: host.name in batch)
        report = apply(chosen, save=save, revert_minutes=revert_minutes)
        reports.update({host.host: host for host in report.hosts})
        return {host.host: host.error is None for host in report.hosts}

    with stop.watched():  # also between two stages
        rollout = roll_out(
            list(hosts),
            stages,
            work,
            now=lambda: datetime.now(UTC),
            journal=RolloutJournal(journal, purpose) if journal is not None else None,
            max_failures=max_failures,
        )
    for name in rollout.skipped:
        reports[name] = HostReport(name, summary="done before, as --journal records", progress="done")
    why = "not tried: interrupted before" if stop.is_asked else "not tried: hosts before it failed"
    for name in rollout.not_tried:
        reports[name] = HostReport(name, summary=why, pending=True)
    if stop.is_asked:
        reports = {name: replace(each, progress=each.progress or "untouched") for name, each in reports.items()}
    created = datetime.now(UTC).replace(microsecond=0)
    return Report("apply", tuple(reports.values()), created=created, interrupted=stop.is_asked)


def _planned(host: str, result: Result) -> HostReport:
    plan: Plan = result.result
    if plan.not_applicable is not None:
        summary = f"not applicable: {plan.not_applicable}"
    else:
        summary = _changes(plan) if plan.differences else "as wanted"
        if plan.unsaved:
            count = len(plan.unsaved)
            summary += f", {count} line{'' if count == 1 else 's'} not saved"
    return HostReport(
        host,
        summary=summary,
        changed=result.changed,
        pending=not plan.is_empty or bool(plan.unsaved),
        diff=result.diff if plan.not_applicable is None else "",
        warnings=plan.warnings,
        result=plan,
    )


def changed_or_planned(*, is_done: bool) -> Describe:
    """How a plan of one command is shown: as `apply` shows it where it *is_done*, else as `plan` does."""
    return _applied if is_done else _planned


def _changes(plan: Plan) -> str:
    count = len(plan.differences)
    words = f"{count} difference" + ("" if count == 1 else "s")
    return words + (", a reload makes all of it count" if plan.needs_reload else "")


WalletFor = Callable[[Mapping[str | None, int]], TokenWallet]
"""Gives tokens; its argument is how many devices of each virtual account need one."""

TokenStep = Callable[["Task", Secret, bool], "Result"]
"""A task that is given a token, and whether it is a dry run, in which the token is not sent."""


def trust(nornir: Nornir, wallet_for: WalletFor, *, force: bool, all_members: bool, dry_run: bool) -> Report:
    """Establish trust where it is missing.

    Every host is asked first; then each that needs trust is given one use of a token, in order of the names. Those
    for whom no use is left are not tried: a token that is used up fails on the device only after minutes.
    """

    def establish(task: Task, token: Secret, dry: bool) -> Result:
        return tasks.establish_trust(task, token, all_members=all_members, force=force, dry_run=dry)

    return with_tokens(nornir, "trust", establish, _trusted, wallet_for, dry_run=dry_run)


def with_tokens(
    nornir: Nornir, command: str, step: TokenStep, describe: Describe, wallet_for: WalletFor, *, dry_run: bool
) -> Report:
    """*step* on each host that needs a token, once all were asked whether they do; see `trust`."""
    unused = Secret("not-sent-in-a-dry-run")
    asked = run(nornir, command, lambda task: step(task, unused, True), describe)
    waiting = [
        host.host
        for host in asked.hosts
        if isinstance(host.result, TrustOutcome | RegistrationOutcome) and host.pending and host.result.needed
    ]
    if dry_run or not waiting or stop.is_asked:
        return asked
    accounts = virtual_accounts_of(nornir)
    wallet = wallet_for(Counter(accounts[name] for name in waiting))
    hidden = wallet.secrets()
    tokens, denied = _give(accounts, wallet, waiting)
    chosen = nornir.filter(filter_func=lambda host: host.name in tokens)
    done = run(chosen, command, lambda task: step(task, tokens[task.host.name], False), describe, secrets=hidden)
    by_host = {host.host: host for host in (*asked.hosts, *denied, *done.hosts)}
    if stop.is_asked:
        by_host |= {host.host: replace(host, progress="untouched") for host in denied}
    return replace(done, hosts=tuple(by_host.values()))


def _give(
    accounts: Mapping[str, str | None], wallet: TokenWallet, names: Sequence[str]
) -> tuple[dict[str, Secret], list[HostReport]]:
    """A token for each host as long as there are uses, and the hosts that go without."""
    tokens: dict[str, Secret] = {}
    denied: list[HostReport] = []
    for name in names:
        try:
            tokens[name] = wallet.take(accounts[name])
        except TokenExhausted as error:
            denied.append(HostReport(name, error=host_error(error)))
    return tokens, denied


def _trusted(host: str, result: Result) -> HostReport:
    outcome: TrustOutcome = result.result
    pending = outcome.needed and not outcome.requested
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif outcome.other_account is not None and not outcome.needed:
        summary, pending = f"trusted, but {outcome.other_account}: --force with its token moves it", True
    elif pending:
        summary = f"needs trust on {len(outcome.untrusted)} members" if outcome.untrusted else "trust is replaced"
    elif outcome.requested:
        summary = "trusted" + _account(outcome) + f" after {outcome.waited.total_seconds():.0f} s"
    else:
        summary = "trusted already" + _account(outcome)
    diff = "" if outcome.not_applicable else result.diff
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, diff=diff, result=outcome)


def _account(outcome: TrustOutcome | ImportOutcome) -> str:
    account = outcome.account
    return f", {account.smart_account} / {account.virtual_account}" if account and account.virtual_account else ""


def sync(nornir: Nornir, *, dry_run: bool) -> Report:
    """Report now and wait for the ACK."""
    return run(nornir, "sync", lambda task: tasks.sync_usage(task, dry_run=dry_run), _synced)


def _synced(host: str, result: Result) -> HostReport:
    outcome: SyncOutcome = result.result
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif outcome.acknowledged:
        summary = f"acknowledged after {outcome.waited.total_seconds():.0f} s, {_next(outcome.next_ack_deadline)}"
    else:
        summary = "would report now" if outcome.needed and not outcome.requested else "reported, no ACK yet"
    pending = outcome.needed and not outcome.acknowledged
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, result=outcome)


def _next(deadline: Instant | None) -> str:
    return f"next due {deadline:%Y-%m-%d}" if deadline is not None and hasattr(deadline, "strftime") else "no deadline"


def virtual_accounts_of(nornir: Nornir) -> dict[str, str | None]:
    """The virtual account that the inventory names for each host."""
    return {name: intent_of_host(host).virtual_account for name, host in nornir.inventory.hosts.items()}


def collect(nornir: Nornir, directory: Path, *, dry_run: bool) -> Report:
    """Fetch the usage reports of every host into *directory*."""

    def task(task: Task) -> Result:
        return tasks.collect_usage_reports(task, directory, dry_run=dry_run)

    return run(nornir, "reports collect", task, _collected)


def _collected(host: str, result: Result) -> HostReport:
    outcome: CollectedReports = result.result
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif outcome.path is not None:
        reports = f"{outcome.report_count} report" + ("" if outcome.report_count == 1 else "s")
        summary = f"{reports} in {outcome.path}"
    else:
        summary = outcome.explanation or "no reports"
    return HostReport(
        host,
        summary=summary,
        changed=result.changed or outcome.needed,
        pending=outcome.needed,
        warnings=outcome.warnings,
        result=outcome,
    )


def files_from_cssm(paths: Sequence[Path]) -> tuple[Path, ...]:
    """*paths*, checked before a device is asked.

    Raises:
        UsageError: one does not exist or is no file from CSSM, or there is none.
    """
    for path in paths:
        try:
            files = files_at(path)
        except (StoreError, FileRejected) as error:
            raise UsageError(str(error)) from None
        if not files:
            raise UsageError(f"{path}: no files in it")
    return tuple(paths)


def import_(nornir: Nornir, files: Sequence[Path], *, dry_run: bool) -> Report:
    """Bring *files* to the hosts that they are for."""
    return run(nornir, "reports import", lambda task: tasks.import_files(task, files, dry_run=dry_run), _imported)


def _imported(host: str, result: Result) -> HostReport:
    outcome: ImportOutcome = result.result
    taken = [file for file in outcome.files if file.imported]
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif taken:
        kinds = ", ".join(dict.fromkeys(kind for file in taken for kind in file.kinds))
        summary = f"imported {kinds}{_account(outcome)}, {_next(outcome.next_ack_deadline)}"
    elif waiting := [file for file in outcome.files if file.applies]:
        kinds = ", ".join(dict.fromkeys(kind for file in waiting for kind in file.kinds))
        summary = f"would import {kinds}"
    elif any(file.explanation == ALREADY_THERE for file in outcome.files):
        summary = "the ACK is already there"
    else:
        summary = "no file is for this device"
    pending = outcome.changed and not taken
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, result=outcome)


def authorize(
    nornir: Nornir,
    feature: str,
    *,
    count: int | None,
    replace_codes: bool,
    all_members: bool,
    directory: Path | None,
    dry_run: bool,
) -> Report:
    """Get a SLAC for *feature* on every host."""

    def task(task: Task) -> Result:
        return tasks.request_authorization(
            task,
            feature,
            count=count,
            all_members=all_members,
            replace_codes=replace_codes,
            directory=directory,
            dry_run=dry_run,
        )

    return run(nornir, "authorize", task, _authorized)


def _authorized(host: str, result: Result) -> HostReport:
    outcome: AuthorizationOutcome = result.result
    pending = outcome.needed and not outcome.requested
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif outcome.request_file is not None:
        summary = f"request for CSSM in {outcome.request_file}"
    elif pending:
        summary = f"no SLAC for {outcome.feature} yet"
    elif outcome.requested:
        summary = f"authorized for {outcome.feature} after {outcome.waited.total_seconds():.0f} s"
    else:
        summary = f"authorized for {outcome.feature} already"
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, result=outcome)


def deauthorize(nornir: Nornir, *, all_members: bool, dry_run: bool) -> Report:
    """Give the SLACs of every host back."""

    def task(task: Task) -> Result:
        return tasks.return_authorization(task, all_members=all_members, dry_run=dry_run)

    return run(nornir, "deauthorize", task, _returned)


def _returned(host: str, result: Result) -> HostReport:
    outcome: ReturnOutcome = result.result
    codes = ", ".join(each.code for each in outcome.codes)
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif not outcome.needed:
        summary = "no code is installed"
    elif not outcome.requested:
        summary = "a code is installed"
    else:
        summary = "returned" if outcome.online else f"enter in CSSM: {codes}"
    pending = outcome.needed and not outcome.requested
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, result=outcome)


def diagnose(nornir: Nornir) -> tuple[Report, Listing | None]:
    """Why the one host does not report; the report alone where it could not be asked."""
    report = run(nornir, "diagnose", tasks.diagnose, lambda host, result: HostReport(host, result=result.result))
    outcome = report.hosts[0].result
    if not isinstance(outcome, Diagnosis):
        return report, None
    rows = [
        {
            "certainty": cause.certainty.value,
            "id": cause.id,
            "cause": cause.text,
            "evidence": [str(evidence) for evidence in cause.evidence],
            "fix": list(cause.fix),
            "logged": cause.at.isoformat() if cause.at is not None else None,
        }
        for cause in outcome.causes
    ]
    stands = any(cause.certainty is not Certainty.HISTORY for cause in outcome.causes)
    code = ExitCode.FINDINGS if stands else ExitCode.DONE
    columns = ("cause", "certainty", "logged", "id", "evidence", "fix")
    return report, Listing("diagnose", "causes", columns, rows, code, as_records=True)
