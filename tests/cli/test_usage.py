"""Wrong usage: one clear line on standard error, exit code 2, no traceback, and JSON where it was asked for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from nornir_smartlic import __version__
from nornir_smartlic.cli import app as application

HOSTS = {"sw1": {"hostname": "192.0.2.1", "platform": "cisco_xe", "groups": ["branches"], "data": {"site": "b-1"}}}
GROUPS = {"branches": {}}


def is_one_line(text: str) -> bool:
    return text.count("\n") == 1 and text.startswith("smartlic: ") and "Traceback" not in text


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("audti",), "No such command 'audti'"),
        (("audit", "--colour"), "No such option"),
        (("audit", "--due-within", "soon"), "--due-within"),
        (("audit", "--format", "pdf"), "expected one of table, json"),
        (("audit", "--json", "--format", "html"), "both ask for standard output"),
        (("audit", "-o", "nowhere/report.html"), "no such folder"),
        (("audit", "-o", "."), "is a directory"),
        (("audit", "-o", "report.pdf"), "no format ends with '.pdf'"),
        (("audit", "-o", "report"), "no format ends with 'nothing'"),
        (("audit", "-F", "sw1"), "expected KEY=VALUE"),
        (("--limit", "patience=1", "audit"), "no limit 'patience' - expected one of connect, login"),
        (("--limit", "command", "audit"), "smartlic_limits.command: None - expected a number above 0"),
        (("--limit", "command=soon", "audit"), "smartlic_limits.command: 'soon' - expected a number above 0"),
        (("--limit", "overall=-1", "audit"), "expected a number above 0"),
        (("--host-keys", "none", "audit"), "smartlic_host_keys: there is no file none"),
        (("audit", "-F", "name=sw9"), "no host fits -F name=sw9"),
        (("audit", "--waivers", "none.yaml"), "none.yaml: No such file"),
        (("trust",), "set SMARTLIC_TOKEN"),
        (("trust", "--token-file", "none"), "token file none: No such file"),
        (("trust", "--token-file", "a", "--token-stdin"), "one source of tokens only"),
        (("reports", "import"), "reports: no such folder: collect reports first"),
        (("reports", "list", "-d", "none"), "none: no such folder"),
        (("reports", "submit", "-d", "."), "set SMARTLIC_CSSM_CLIENT_ID"),
        (("reports", "acks", "-d", ".", "none.txt"), "none.txt: not read"),
        (("reports", "import", "none.xml"), "none.xml: not read: No such file"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(smartlic, words, part):
    smartlic.inventory(HOSTS, groups=GROUPS)
    ended = smartlic(*words)
    assert ended.code == 2
    assert part in ended.err
    assert is_one_line(ended.err)
    assert "--json" in words or ended.out == ""


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (None, "no such file - expected a Nornir configuration file"),
        ("inventory: [", "config.yaml line"),
        ("- a\n- b\n", "config.yaml"),
        ("inventory: {plugin: Nothing}", "Nothing"),
        ("inventory: {plugin: SimpleInventory, options: {host_file: none.yaml}}", "none.yaml"),
        ("inventory: {plugin: SimpleInventory, options: {colour: red}}", "colour"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_one_line_and_exit_code_2(smartlic, content, part):
    if content is not None:
        (smartlic.folder / "config.yaml").write_text(content)
    ended = smartlic("plan")
    assert (ended.code, ended.out) == (2, "")
    assert part in ended.err
    assert is_one_line(ended.err)


def test_a_configuration_that_is_no_yaml_is_not_quoted(smartlic):
    smartlic.inventory(HOSTS, groups=GROUPS)
    (smartlic.folder / "hosts.yaml").write_text("sw1:\n  password: 'hunter2\n")
    ended = smartlic("plan")
    assert ended.code == 2
    assert "hunter2" not in ended.err
    assert is_one_line(ended.err)


def test_each_host_with_a_wrong_key_has_a_line_with_its_path_before_anything_is_sent(smartlic):
    wanted = {"smart_licensing": {"trnsport": "smart"}}
    wrong = {"smart_licensing": {"transport": "carrier pigeon"}}
    smartlic.inventory({"sw1": {"data": wanted}, "sw2": {"data": wrong}, "sw3": {}})
    ended = smartlic("audit")
    assert ended.code == 2
    lines = ended.err.splitlines()
    assert len(lines) == 2
    assert "sw1: smart_licensing.trnsport" in lines[0]
    assert "sw2: smart_licensing.transport" in lines[1]


def test_with_json_an_error_is_a_document_too(smartlic):
    ended = smartlic.bare("-c", "none.yaml", "audit", "--json")
    document = json.loads(ended.out)
    assert ended.code == document["exit_code"] == 2
    assert document["error"]["kind"] == "UsageError"
    assert is_one_line(ended.err)


def test_a_bug_is_called_a_bug_and_gives_its_traceback_to_those_who_ask(smartlic, monkeypatch):
    def broken(*arguments, **options):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(application, "format_of", broken)
    ended = smartlic("audit")
    assert ended.code == 3
    assert is_one_line(ended.err)
    assert "internal error: ZeroDivisionError: division by zero - please report it" in ended.err
    monkeypatch.setenv("SMARTLIC_DEBUG", "1")
    assert "Traceback" in smartlic("audit").err


def test_an_interrupt_is_one_line_and_exit_code_130(smartlic, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(application, "format_of", interrupted)
    ended = smartlic("audit")
    assert (ended.code, ended.err) == (130, "smartlic: interrupted\n")


def test_the_version_is_printed(smartlic):
    ended = smartlic.bare("--version")
    assert (ended.code, ended.out) == (0, f"smartlic {__version__}\n")


def every_command(command, words=()):
    yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from every_command(inner, (*words, name))


COMMANDS = dict(every_command(application.typer.main.get_command(application.app)))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_and_option_says_what_it_does(smartlic, words):
    ended = smartlic.bare(*words, "--help")
    assert ended.code == 0
    assert ended.out.startswith("Usage: smartlic")
    for option in COMMANDS[words].params:
        assert getattr(option, "help", None) or option.param_type_name == "argument", option.name
        assert all(name in ended.out for name in option.opts if name.startswith("-"))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_takes_a_secret_as_an_argument(words):
    names = {option.name for option in COMMANDS[words].params}
    assert not names & {"token", "password", "secret", "client_secret"}


def test_help_imports_nothing_heavy():
    heavy = ("netmiko", "nornir", "asyncssh", "pydantic", "rich", "sqlalchemy", "httpx")
    code = (
        "import sys\nfrom nornir_smartlic.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == "[]"


def test_without_a_command_the_help_is_shown(smartlic):
    ended = smartlic.bare()
    assert ended.code == 2
    assert "Commands:" in ended.err + ended.out


def test_a_login_url_is_a_host_or_a_token_endpoint():
    from nornir_smartlic.cli.settings import _split

    assert _split("https://id.example.com/oauth2/default/v1/token") == (
        "https://id.example.com",
        "/oauth2/default/v1/token",
    )
    assert _split("https://cssm.example.com:8443/") == ("https://cssm.example.com:8443", "")
