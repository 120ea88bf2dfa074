"""The commands and their options. Only what ``--help`` needs is imported here; the work is in `commands`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from nornir_smartlic import __version__
from nornir_smartlic.cli import (
    cssm_commands,
    device_commands,
    legacy_commands,
    migrate_commands,
    reconcile_command,
    report_commands,
)
from nornir_smartlic.cli.failures import REPORT_IT, debug, first_line, os_error, say
from nornir_smartlic.cli.options import (
    AskPass,
    DryRun,
    Filters,
    Globals,
    Json,
    NoSave,
    finish,
    finish_listing,
    open_hosts,
)
from nornir_smartlic.cli.present import check_writable, format_of
from nornir_smartlic.cli.token_options import (
    FromCssm,
    FromOnPrem,
    TokenEnv,
    TokenFile,
    TokenSource,
    TokenStdin,
    Uses,
    run_with,
)
from nornir_smartlic.errors import IntentError, SmartLicError, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nornir.core import Nornir

    from nornir_smartlic.cli.commands import WalletFor
    from nornir_smartlic.cli.settings import Settings
    from nornir_smartlic.outputs import Report
    from nornir_smartlic.sources import Source


DONE, USAGE, FAILED, INTERRUPTED = 0, 2, 3, 130  # design.md section 3.3; the last as shells have it

app = typer.Typer(
    name="smartlic",
    help="Cisco Smart Licensing as code: audit, configure, trust and report a fleet of IOS-XE devices.",
    epilog="Exit codes: 0 done and compliant, 1 findings, 2 wrong usage or configuration, 3 a host failed, "
    "130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.add_typer(report_commands.app, name="reports")
app.add_typer(migrate_commands.app, name="migrate")
app.add_typer(legacy_commands.app, name="legacy")
app.add_typer(cssm_commands.app, name="cssm")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"smartlic {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option("-c", "--config", metavar="CONFIG", help="A Nornir configuration file.")
    ] = Path("config.yaml"),
    door: Annotated[
        str | None,
        typer.Option(
            "--door",
            metavar="DOOR",
            help="How devices are reached: netmiko, scrapli or asyncssh, which serves many at once; "
            "without it as the inventory says.",
        ),
    ] = None,
    wait: Annotated[
        int | None,
        typer.Option(
            "--wait",
            metavar="SECONDS",
            min=0,
            max=86_400,
            help="Wait so long for a device that another run is changing; without it the run says who does.",
        ),
    ] = None,
    limits: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            metavar="NAME=NUMBER",
            help="A limit of every host, in seconds or MB, before what the inventory says: connect, login, prompt, "
            "command, copy, overall, answer_mb, file_mb (docs/doors.md).",
        ),
    ] = None,
    host_keys: Annotated[
        str | None,
        typer.Option("--host-keys", metavar="FILE|off", help="Known host keys, before what the inventory says."),
    ] = None,
    version: Annotated[  # noqa: ARG001  its callback does it
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    if door not in (None, "netmiko", "scrapli", "asyncssh"):
        raise UsageError(f"--door {door!r}: expected netmiko, scrapli or asyncssh")
    context.obj = Globals(config, door, wait, tuple(limits or ()), host_keys)


@app.command(short_help="Read and verify; nothing is changed.")
def audit(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help="table, json, csv, junit, sarif, html, markdown, prometheus or calendar."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report to FILE.")
    ] = None,
    due_within: Annotated[
        int, typer.Option("--due-within", metavar="DAYS", min=0, help="An ACK due within DAYS is a finding.")
    ] = 14,
    waivers: Annotated[
        Path | None, typer.Option("--waivers", metavar="FILE", help="A YAML file of waivers (docs/compliance.md).")
    ] = None,
    from_store: Annotated[
        bool, typer.Option("--from-store", help="What the last audits found, from the store; no device is asked.")
    ] = False,
    max_age: Annotated[
        int | None,
        typer.Option("--max-age", metavar="DAYS", min=0, help="With --from-store: older is not read; else 7 days."),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="FILE", help="A YAML file of your own rules (docs/compliance.md).")
    ] = None,
    with_cssm: Annotated[
        bool, typer.Option("--with-cssm", help="Judge the fleet beside what CSSM has of it, too (docs/compliance.md).")
    ] = False,
    ending: Annotated[
        int,
        typer.Option("--ending", metavar="DAYS", min=0, max=36_500, help="With --with-cssm: what ends in DAYS."),
    ] = 90,
    write_back: Annotated[
        str | None,
        typer.Option("--write-back", metavar="SOURCE", help="Verdicts to the records in netbox or nautobot."),
    ] = None,
    field: Annotated[
        str | None,
        typer.Option("--field", metavar="NAME", help="With --write-back: the custom field, else licensing_verdict."),
    ] = None,
    notify: Annotated[
        list[str] | None,
        typer.Option(
            "--notify",
            metavar="PLACE",
            help="What is new since the last audit in the store goes to webhook (URL in SMARTLIC_WEBHOOK), or "
            "syslog:HOST[:PORT].",
        ),
    ] = None,
    ask_pass: AskPass = False,
) -> None:
    """Read the devices and verify them against the inventory; nothing is changed on them."""
    chosen = format_of(format_name, output, as_json=as_json)
    check_writable(output)
    from nornir_smartlic.cli import commands
    from nornir_smartlic.cli.own_rules import all_rules
    from nornir_smartlic.cli.settings import Settings

    settings = Settings.of(context.obj.config)
    judged_by = all_rules(rules)
    known = commands.waivers_of_file(waivers, judged_by)
    source = _source_of(write_back, field)
    informed = _places(settings, notify or (), from_store=from_store)
    nornir = open_hosts(context, filters, ask_pass)
    if from_store:
        if with_cssm:
            raise UsageError("--with-cssm asks for what is now, not with --from-store: smartlic reconcile --from-store")
        if known:
            raise UsageError("--waivers count when devices are judged, not with --from-store")
        report = _audit_again(settings, nornir, 7 if max_age is None else max_age)
    elif max_age is not None:
        raise UsageError("--max-age is of --from-store")
    else:
        books_of = None
        if with_cssm:
            from nornir_smartlic.cli.reconciling import ask_for_fleet

            books_of = ask_for_fleet(settings, ending_days=ending, is_whole=not filters)
        report = commands.audit(nornir, due_within_days=due_within, waivers=known, books_of=books_of, rules=judged_by)
        report = _remembered(settings, report, informed)
    if chosen == "html":
        from nornir_smartlic.cli.backgrounds import with_background

        report = with_background(settings, nornir, report, is_whole=not filters)
    if source is not None:
        with source:
            report = commands.write_back(nornir, report, source)
    finish(report, as_json=as_json, format_name=chosen, output=output)


def _source_of(kind: str | None, field: str | None) -> Source | None:
    if kind is None:
        if field is not None:
            raise UsageError("--field is the custom field of --write-back")
        return None
    from nornir_smartlic.sources import FIELD, Source

    return Source.of_environment(kind, field=field or FIELD)


def _audit_again(settings: Settings, nornir: Nornir, max_age: int) -> Report:
    from nornir_smartlic.cli import commands, remembering

    now = datetime.now(UTC).replace(microsecond=0)
    with settings.opened_store() as store:
        report = remembering.audit_again(store, nornir.inventory.hosts, max_age=timedelta(days=max_age), now=now)
    return commands.with_sites(nornir, report)


def _places(settings: Settings, notify: Sequence[str], *, from_store: bool) -> tuple[str, ...]:
    if not notify:
        return ()
    if settings.store is None or from_store:
        raise UsageError("--notify compares an audit of devices with the last one: it needs a store (SMARTLIC_STORE)")
    from nornir_smartlic.cli.notifying import places

    return places(notify)


def _remembered(settings: Settings, report: Report, informed: Sequence[str]) -> Report:
    """*report*, kept where a store is set, and those *informed* of what is new in it.

    An audit that cannot be kept is shown all the same; who could not be informed makes it incomplete.
    """
    if settings.store is None:
        return report
    from nornir_smartlic.cli import remembering

    try:
        with settings.opened_store() as store:
            if not informed:
                remembering.record(store, report, keep_days=settings.keep_days)
                return report
            from nornir_smartlic.cli.notifying import news, notify, open_before

            before = open_before(store)
            problems = notify(informed, *news(report, before))
            for problem in problems:
                say(problem)
            remembering.record(store, report, keep_days=settings.keep_days)
            return replace(report, incomplete=True) if problems else report
    except StoreError as error:
        say(f"the audit is not kept: {error}")
        return report


@app.command(short_help="Show the difference to the inventory.")
def plan(context: typer.Context, filters: Filters = None, as_json: Json = False, ask_pass: AskPass = False) -> None:
    """Show the difference between the devices and the inventory, host by host."""
    from nornir_smartlic.cli import commands

    finish(commands.plan(open_hosts(context, filters, ask_pass)), as_json=as_json)


@app.command(short_help="Bring the configuration to what the inventory asks for.")
def apply(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    stages: Annotated[
        str | None,
        typer.Option("--stages", metavar="STAGES", help="A few hosts first, such as 1,10%,100%; it stops at failures."),
    ] = None,
    max_failures: Annotated[
        int, typer.Option("--max-failures", metavar="N", min=0, help="With --stages: go on with so many failed hosts.")
    ] = 0,
    journal: Annotated[
        Path | None,
        typer.Option(
            "--journal", metavar="FILE", help="With --stages: record here which hosts are done; run again to go on."
        ),
    ] = None,
    no_save: NoSave = False,
    commit_confirmed: Annotated[
        int | None,
        typer.Option(
            "--commit-confirmed",
            metavar="MINUTES",
            min=1,
            max=120,
            help="Devices take the change back by themselves unless it is seen to work in time; they need 'archive'.",
        ),
    ] = None,
    ask_pass: AskPass = False,
) -> None:
    """Bring the licensing configuration of the devices to what the inventory asks for."""
    from nornir_smartlic.cli import commands
    from nornir_smartlic.fleet import stages_of

    planned = stages_of(stages) if stages is not None else ()
    if not planned and (journal is not None or max_failures):
        raise UsageError("--journal and --max-failures are for a rollout in --stages")
    nornir = open_hosts(context, filters, ask_pass)
    how: dict[str, Any] = {"save": not no_save, "revert_minutes": commit_confirmed}
    if dry_run:
        report = commands.plan(nornir, save=not no_save)
    elif planned:
        report = commands.apply_in_stages(nornir, planned, max_failures=max_failures, journal=journal, **how)
    else:
        report = commands.apply(nornir, **how)
    finish(report, as_json=as_json)


@app.command(short_help="Establish trust with CSSM, and say why it failed.")
def trust(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    token_file: TokenFile = None,
    token_env: TokenEnv = None,
    token_stdin: TokenStdin = False,
    from_cssm: FromCssm = False,
    from_onprem: FromOnPrem = False,
    uses: Uses = None,
    force: Annotated[bool, typer.Option("--force", help="Replace trust codes that are there.")] = False,
    local: Annotated[bool, typer.Option("--local", help="Only the active member, not all.")] = False,
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Establish trust with CSSM on devices that have none, wait for the outcome, and say why it failed.

    A token is never an argument: command lines are seen by every user of a machine.
    """
    from nornir_smartlic.cli import commands

    source = TokenSource(token_file, token_env, token_stdin, from_cssm, uses, from_onprem)

    def run(nornir: Nornir, wallet_for: WalletFor) -> Report:
        return commands.trust(nornir, wallet_for, force=force, all_members=not local, dry_run=dry_run)

    finish(
        run_with(source, context, filters, ask_pass, run, purpose="smartlic trust", dry_run=dry_run), as_json=as_json
    )


@app.command(short_help="Report now, and wait for the acknowledgement.")
def sync(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Send a usage report now, and wait for its acknowledgement."""
    from nornir_smartlic.cli import commands

    finish(commands.sync(open_hosts(context, filters, ask_pass), dry_run=dry_run), as_json=as_json)


@app.command(short_help="Get authorization codes (SLAC).")
def authorize(
    context: typer.Context,
    feature: Annotated[str, typer.Argument(metavar="FEATURE", help="Such as hseck9.")],
    filters: Filters = None,
    as_json: Json = False,
    count: Annotated[int | None, typer.Option("--count", metavar="N", min=1, help="How many for each member.")] = None,
    replace_codes: Annotated[bool, typer.Option("--replace", help="Replace the codes that are there.")] = False,
    local: Annotated[bool, typer.Option("--local", help="Only the active member, not all.")] = False,
    directory: Annotated[
        Path | None,
        typer.Option("-d", "--directory", metavar="DIRECTORY", help="Where requests of air-gapped devices are kept."),
    ] = None,
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Get a Smart Licensing Authorization Code for a feature, and wait for it.

    A device without transport writes a request file, which is kept for an upload to CSSM. With access to CSSM, it is
    said what is bought and left.
    """
    from nornir_smartlic.cli import commands
    from nornir_smartlic.cli.holdings import say_holdings
    from nornir_smartlic.cli.settings import Settings

    nornir = open_hosts(context, filters, ask_pass)
    report = commands.authorize(
        nornir,
        feature,
        count=count,
        replace_codes=replace_codes,
        all_members=not local,
        directory=directory,
        dry_run=dry_run,
    )
    say_holdings(Settings.of(context.obj.config), feature)
    finish(report, as_json=as_json)


@app.command(short_help="Give authorization codes (SLAC) back.")
def deauthorize(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    local: Annotated[bool, typer.Option("--local", help="Only the active member, not all.")] = False,
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Give the authorization codes back to CSSM; the features must be out of use."""
    from nornir_smartlic.cli import commands

    nornir = open_hosts(context, filters, ask_pass)
    finish(commands.deauthorize(nornir, all_members=not local, dry_run=dry_run), as_json=as_json)


app.command("boot-level", short_help="Set the licence level of the next boot.")(device_commands.boot_level)
app.command("factory-reset", short_help="Forget trust, policy, codes and reports at the next reload.")(
    device_commands.factory_reset
)


@app.command(short_help="Find out why a device does not report.")
def diagnose(
    context: typer.Context,
    host: Annotated[str, typer.Argument(metavar="HOST", help="The name of the host in the inventory.")],
    as_json: Json = False,
    ask_pass: AskPass = False,
) -> None:
    """Find out why a device does not report: causes with evidence and fix, the surest first."""
    from nornir_smartlic.cli import commands

    nornir = open_hosts(context, [f"name={host}"], ask_pass)
    report, listing = commands.diagnose(nornir)
    if listing is None:
        finish(report, as_json=as_json)
    else:
        finish_listing(listing, as_json=as_json)


app.command("reconcile", short_help="Is what is in use what we own?")(reconcile_command.reconcile)


@app.command(short_help="What the inventory asks of a host, and where each key is from.")
def inventory(
    context: typer.Context,
    host: Annotated[
        str, typer.Argument(metavar="HOST", help="The name of the host in the inventory; with --from, that inventory.")
    ],
    origin: Annotated[
        str | None, typer.Option("--from", metavar="KIND", help="ansible: make an inventory of Nornir of HOST.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="With --from: write config.yaml and the rest there."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what the inventory asks of a host: its own data merged with that of its groups and of the defaults.

    With --from ansible: the IOS-XE devices of an Ansible inventory as files of a Nornir inventory, without passwords.
    """
    if origin is not None:
        _inventory_from(origin, Path(host), output, as_json=as_json)
    if output is not None:
        raise UsageError("-o is the folder of --from")
    from nornir_smartlic.cli.inventory import merged_listing, open_nornir

    nornir = open_nornir(context.obj.config, [f"name={host}"])
    finish_listing(merged_listing(nornir), as_json=as_json)


def _inventory_from(kind: str, source: Path, folder: Path | None, *, as_json: bool) -> NoReturn:
    if kind != "ansible":
        raise UsageError(f"--from {kind!r}: expected ansible (NetBox and Nautobot are inventories of Nornir already)")
    from nornir_smartlic.cli.ansible import taken_of

    taken = taken_of(source)
    if folder is not None:
        taken.write(folder)
        say(f"written: {folder}/config.yaml and the files that it names, {len(taken.hosts)} hosts")
    finish_listing(taken.listing(), as_json=as_json)


@app.command(short_help="Read saved outputs to JSON.")
def parse(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="Files or folders of saved outputs; none or -: standard input."),
    ] = None,
    command: Annotated[
        str | None, typer.Option("--command", metavar="COMMAND", help="What the outputs are; else it is found out.")
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take what is there of outputs that are cut, and name what is missing.")
    ] = False,
    as_json: Json = False,  # noqa: ARG001  the output is JSON in any case
) -> None:
    """Read saved outputs of show commands to JSON: file, host, command, value, unparsed lines.

    A file may hold many outputs of many devices, as sessions or a whole show tech leave them. Exit code 1: some could
    not be read, 3: none.
    """
    from nornir_smartlic.cli import saved

    raise typer.Exit(saved.parse_files(files or (), command, partial=partial))


@app.command(short_help="What changed between audits, and consumption.")
def history(
    context: typer.Context,
    host: Annotated[str | None, typer.Option("--host", metavar="HOST", help="Only this host.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", metavar="DATE", formats=["%Y-%m-%d"], help="Only from this day on (UTC)."),
    ] = None,
    consumption: Annotated[
        bool,
        typer.Option("--consumption", help="Licences in use over time, summed over all hosts; --json: each audit."),
    ] = False,
    findings: Annotated[
        bool, typer.Option("--findings", help="What is not in order by the last audits, and since when.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what changed between audits, since when findings stand, or how consumption went.

    Audits are kept where a store is set: SMARTLIC_STORE is a file, or the URL of a database.
    """
    from nornir_smartlic.cli import remembering
    from nornir_smartlic.cli.settings import Settings

    start = since.replace(tzinfo=UTC) if since is not None else None
    with Settings.of(context.obj.config).opened_store() as store:
        if consumption and findings:
            raise UsageError("--consumption or --findings, not both")
        if findings:
            listing = remembering.standing_listing(store, host)
        elif consumption:
            listing = (remembering.consumption_listing if as_json else remembering.course_listing)(store, start)
        else:
            listing = remembering.change_listing(store, host, start)
    finish_listing(listing, as_json=as_json)


@app.command(short_help="Serve what the store knows to Prometheus.")
def export(
    context: typer.Context,
    filters: Filters = None,
    listen: Annotated[
        str, typer.Option("--listen", metavar="ADDRESS:PORT", help="Where it listens; nobody is asked for a password.")
    ] = "127.0.0.1:9818",
    max_age: Annotated[
        int, typer.Option("--max-age", metavar="DAYS", min=0, help="A host that was read earlier is not read.")
    ] = 7,
) -> None:
    """Serve what the last audits found as metrics for Prometheus, until Ctrl-C; no device is asked.

    The metrics are those of audit --format prometheus, and smartlic_store_up.
    """
    from nornir_smartlic.cli.exporting import exporter, listen_at, until_stopped
    from nornir_smartlic.cli.settings import Settings

    address, port = listen_at(listen)
    hosts = tuple(open_hosts(context, filters, ask_pass=False).inventory.hosts)
    settings = Settings.of(context.obj.config)
    with exporter(settings, hosts, address, port, timedelta(days=max_age)) as served:
        say(f"serving http://{address}:{served}/metrics for {len(hosts)} hosts; Ctrl-C ends it")
        until_stopped()


@app.command(short_help="Serve the reading commands as tools of an assistant.")
def mcp(
    context: typer.Context,
    allow_apply: Annotated[
        bool,
        typer.Option("--allow-apply", help="A tool that changes devices as well; it asks the user each time."),
    ] = False,
) -> None:
    """Serve hosts, audit, plan, diagnose and parse to an assistant, over standard input and output.

    The protocol is MCP (Model Context Protocol); the extra nornir-smartlic[mcp] is needed. Nothing is changed without
    --allow-apply.
    """
    try:
        from nornir_smartlic.cli.assistant import server_of
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise UsageError("mcp is not installed: pip install 'nornir-smartlic[mcp]'") from None

    server_of(context.obj, may_apply=allow_apply).run("stdio")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; whatever happens, the user sees one line and no traceback."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):  # what a terminal cannot show, or a device has garbled, stops no output
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = typer.main.get_command(app).main(words, prog_name="smartlic", standalone_mode=False)
        if code == INTERRUPTED and not _was_reported():  # newer releases of typer turn the interrupt into this
            code = _fail("interrupted", "Interrupted", INTERRUPTED, words)
    except KeyboardInterrupt:
        code = _fail("interrupted", "Interrupted", INTERRUPTED, words)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stdout = None  # else the interpreter complains when it flushes
        code = FAILED
    except Exception as error:  # noqa: BLE001  the last resort: one line, and a bug is called a bug
        code = _failure(error, words)
    sys.exit(code if isinstance(code, int) else DONE)


def _was_reported() -> bool:
    """Whether a run was interrupted and has shown what became of its hosts."""
    stopping = sys.modules.get("nornir_smartlic.tasks.stopping")  # not imported for it: it costs a help page its time
    return stopping is not None and bool(stopping.stop.is_asked)


def _failure(error: Exception, words: list[str]) -> int:
    """The exit code of *error*, which has been said."""
    kind, text = type(error).__name__, first_line(error)
    debug(error)
    if isinstance(error, IntentError | UsageError):
        return _fail(str(error), kind, USAGE, words)
    if isinstance(error, SmartLicError):
        return _fail(text, kind, FAILED, words)
    if isinstance(error, typer.Abort):
        return _fail("stopped", "Abort", INTERRUPTED, words)
    if hasattr(error, "format_message"):  # wrong options; click's class, which typer has as its own in newer releases
        return _fail(error.format_message() or "a command is missing: see smartlic --help", "UsageError", USAGE, words)
    if isinstance(error, OSError):
        return _fail(os_error(error), kind, FAILED, words)
    return _fail(f"internal error: {kind}: {text} - {REPORT_IT}", "InternalError", FAILED, words)


def _fail(message: str, kind: str, code: int, words: list[str]) -> int:
    say(message)
    if "--json" in words:
        document: dict[str, Any] = {"exit_code": code, "error": {"kind": kind, "message": message}}
        print(json.dumps(document, indent=2))
    return code
