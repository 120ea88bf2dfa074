"""README and docs: their commands are there, their links lead somewhere, their Python runs as far as it can."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from nornir_smartlic.cli.app import app as smartlic
from smartlic_lab.cli.app import app as smartlic_lab

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "inventory" / "README.md"]
APPS: dict[str, typer.Typer] = {"smartlic": smartlic, "smartlic-lab": smartlic_lab}


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (f"{document.name}-{number}", block)
        for document in DOCUMENTS
        for number, block in enumerate(re.findall(rf"^```{language}\n(.*?)^```", document.read_text(), re.S | re.M))
    ]


def commands() -> list[str]:
    """Every line of a console block that is one of our two commands."""
    lines = [line for _, block in blocks("console") for line in block.splitlines() if line.startswith("$ smartlic")]
    return sorted({re.sub(r"\s+#.*", "", line.removeprefix("$ ")) for line in lines})


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_documents_is_one_that_the_command_line_knows(line: str) -> None:
    """Its options exist: the help of its subcommand names each of them."""
    program, *words = shlex.split(line)
    options = [word.split("=")[0] for word in words if word.startswith("-") and word != "-"]
    names = iter([word for word in words if not word.startswith("-")])
    runner = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    command = typer.main.get_command(APPS[program])
    path: list[str] = []
    for name in names:
        children = getattr(command, "commands", {})
        if name in children:
            path.append(name)
            command = children[name]
    known = runner.invoke(APPS[program], ["--help"]).output + runner.invoke(APPS[program], [*path, "--help"]).output
    assert path, f"{line}: no such command"
    assert [option for option in options if option not in known] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize(("name", "block"), blocks("python"), ids=lambda value: value if "-" in value[:40] else "")
def test_python_of_the_documents_compiles(name: str, block: str) -> None:
    compile(block, name, "exec")


def test_no_document_names_a_path_of_a_machine() -> None:
    wrong = [
        str(document.relative_to(ROOT))
        for document in DOCUMENTS
        if re.search(r"(/work/|/root/|/home/\w)", document.read_text())
    ]
    assert wrong == []
