"""What Python source imports and touches, read from its syntax: the checkers behind `test_architecture`."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

# Modules that reach outside: a socket, a clock, another process, the framework.
OUTSIDE: Final = frozenset({
    "aiohttp", "asyncio", "asyncssh", "http", "httpx", "ncclient", "netmiko", "nornir", "requests", "scrapli", "select",
    "selectors", "signal", "socket", "socketserver", "ssl", "starlette", "subprocess", "time", "urllib3",
    "uvicorn",
})  # fmt: skip
# What reads a clock, the environment or a file, by its whole name. Each stands for what is below it too.
TOUCHING: Final = frozenset({
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "os.environ", "os.getenv", "os.putenv", "os.open", "os.listdir", "os.scandir", "os.walk", "os.getcwd",
    "io.open", "open", "input", "sys.stdin", "sys.argv", "urllib.request", "shutil", "tempfile", "glob",
    "pathlib.Path.cwd", "pathlib.Path.home",
})  # fmt: skip
# Methods of a path, whatever the path is called.
_OF_PATHS: Final = frozenset({
    "read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "rglob", "mkdir", "unlink", "touch",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Something at a line of a source."""

    line: int
    name: str


@lru_cache(maxsize=1000)
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def imports(source: str, module: str, *, is_package: bool = False) -> Iterator[Found]:
    """Every import in the source of *module*, by whole names: ``from a import b`` is ``a.b``, relative ones are
    resolved, and those below ``if TYPE_CHECKING`` or in a function count like any other."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(_parsed(source)):
        match node:
            case ast.Import():
                yield from (Found(node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom():
                base = package[: len(package) - node.level + 1] if node.level else []
                base = [*base, *(node.module or "").split(".")] if node.module else base
                yield from (Found(node.lineno, ".".join([*base, alias.name])) for alias in node.names)
            case ast.Call(
                func=ast.Name("__import__" | "import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value), *_],
            ):
                yield Found(node.lineno, str(value))


def circle(sources: Mapping[str, tuple[str, bool]]) -> list[str]:
    """The modules of the first circle of imports among *sources*: by name, the text and whether it is a package."""
    arrows = {
        name: {
            owner
            for found in imports(text, name, is_package=is_package)
            if (owner := _owner(found.name, sources)) is not None and owner != name
        }
        for name, (text, is_package) in sources.items()
    }
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _owner(name: str, modules: Collection[str]) -> str | None:
    """The module that an imported name is, or stands in."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def wrong_arrows(source: str, module: str, allowed: Collection[str], *, is_package: bool = False) -> list[Found]:
    """The imports of the two packages of this distribution that are below none of the *allowed* names."""
    return [
        found
        for found in imports(source, module, is_package=is_package)
        if found.name.split(".")[0] in ("nornir_smartlic", "smartlic_lab")
        and not any(f"{found.name}.".startswith(f"{name}.") for name in allowed)
    ]


def touches(source: str, module: str = "module") -> list[Found]:
    """What a source has that a pure one has not: sockets, clocks, the environment, files."""
    tree = _parsed(source)
    found = [each for each in imports(source, module) if each.name.split(".")[0] in OUTSIDE or _is_touching(each.name)]
    names = _meanings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            whole = _whole_name(node, names)
            if whole is not None and _is_touching(whole):
                found.append(Found(node.lineno, whole))
            elif isinstance(node, ast.Attribute) and node.attr in _OF_PATHS:
                found.append(Found(node.lineno, f".{node.attr}"))
    return list(dict.fromkeys(found))


def _is_touching(name: str) -> bool:
    return any(f"{name}.".startswith(f"{one}.") for one in TOUCHING)


def _meanings(tree: ast.AST) -> dict[str, str]:
    """What the names that a source imports stand for; one that it defines itself means nothing else."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.split(".")[0]
                names[alias.asname or name] = name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _whole_name(node: ast.expr, names: dict[str, str]) -> str | None:
    """``dt.now`` as ``datetime.datetime.now``, where *names* says so; ``None`` for what is no dotted name."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id if node.id in ("open", "input") else None)
    if isinstance(node, ast.Attribute):
        head = _whole_name(node.value, names)
        return None if head is None else f"{head}.{node.attr}"
    return None


def module_of(path: Path, root: Path) -> tuple[str, bool]:
    """The dotted name of a file below *root*, and whether it is a package's ``__init__``."""
    parts = list(path.relative_to(root).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    return ".".join(parts[:-1] if is_package else parts), is_package
