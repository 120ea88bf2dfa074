"""``edit-config``: from a tree with operations to the lines that a user would type.

Both models stand for the same lines, so an edit works on *settings* (`modules.Setting`) and not on trees. Source: RFC
6241 section 7.2 for the operations, RFC 7950 section 7.9 (a case of a choice ends the others) and 8.3.1 (``when``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from smartlic_lab.device.configuration import Section
from smartlic_lab.device.yang.errors import RpcError
from smartlic_lab.device.yang.markup import BASE, split_tag, text_of
from smartlic_lab.device.yang.modules import Leaf, Module, modules, settings
from smartlic_lab.platforms import Release

OPERATIONS: Final = ("merge", "replace", "create", "delete", "remove")
Settings = dict[str, str | None]


def settings_of(running: Section, release: Release) -> Settings:
    """What the running configuration sets."""
    return {name: setting.value(running) for name, setting in settings(release).items()}


def transport_of(found: Mapping[str, str | None], release: Release) -> str:
    """The keyword of the transport in force."""
    return found["transport"] or ("cslu" if release.slp else "callhome")


def shown(leaf: Leaf, found: Mapping[str, str | None], release: Release) -> str | None:
    """The text of a leaf; ``None``: it is not there."""
    if leaf.when_smart and transport_of(found, release) != "smart":
        return None
    return leaf.kind.shown(found[leaf.setting])


def lines_of(config: Element, running: Section, release: Release, *, default_operation: str = "merge") -> list[str]:
    """The lines that carry out the edit *config*; raises `RpcError` where it cannot be."""
    edit = _Edit(settings_of(running, release), release)
    for root in config:
        namespace = split_tag(root.tag)[0]
        module = modules(release).get(namespace)
        if module is None:
            raise RpcError(
                "unknown-namespace",
                f"no module with the namespace {namespace!r} can be configured",
                bad_element=split_tag(root.tag)[1],
                bad_namespace=namespace,
            )
        edit.walk(module, root, (), default_operation)
    edit.check_conditions()
    return list(edit.lines())


class _Edit:
    """One edit: what is set, what is wanted, and which leaves were named."""

    def __init__(self, current: Settings, release: Release) -> None:
        self.current = current
        self.wanted = dict(current)
        self.release = release
        self._conditional: list[Leaf] = []  # named leaves that exist under one transport only

    def walk(self, module: Module, node: Element, above: tuple[str, ...], inherited: str) -> None:
        """Take in one node and what is below it."""
        namespace, name = split_tag(node.tag)
        path = (*above, name)
        leaf, inside = module.leaf(path), module.below(path)
        if namespace != module.namespace or (leaf is None and not inside):
            raise RpcError("unknown-element", f"{name!r} cannot be configured", path=_path(path), bad_element=name)
        operation = _operation(node, path) or inherited
        if leaf is not None:
            self._change(module, leaf, node, operation)
            return
        there = [one for one in inside if shown(one, self.current, self.release) is not None]
        self._refuse_existence(operation, path, exists=bool(there))
        if operation in ("replace", "delete", "remove"):
            for one in there:
                self.wanted[one.setting] = one.kind.removed
        if operation not in ("delete", "remove"):
            if text_of(node):
                raise RpcError("bad-element", f"{name!r} is a container", path=_path(path), bad_element=name)
            below = "merge" if operation == "create" else operation
            for child in node:
                self.walk(module, child, path, below)

    def _change(self, module: Module, leaf: Leaf, node: Element, operation: str) -> None:
        exists = shown(leaf, self.current, self.release) is not None
        self._refuse_existence(operation, leaf.path, exists=exists)
        if operation == "none":
            return
        if operation in ("delete", "remove"):
            if exists:
                self.wanted[leaf.setting] = leaf.kind.removed
            return
        text = text_of(node)
        try:
            if len(node):
                raise ValueError
            value = leaf.kind.taken(text)
        except ValueError:
            raise RpcError(
                "invalid-value", f'"{text}" is not a valid value.', path=_path(leaf.path), bad_element=leaf.path[-1]
            ) from None
        if leaf.choice is not None:
            for other in module.leaves:
                if other.choice not in (None, leaf.choice):
                    self.wanted[other.setting] = other.kind.removed
        if leaf.when_smart:
            self._conditional.append(leaf)
        self.wanted[leaf.setting] = value

    @staticmethod
    def _refuse_existence(operation: str, path: tuple[str, ...], *, exists: bool) -> None:
        if operation == "create" and exists:
            raise RpcError("data-exists", "the node is there already", path=_path(path))
        if operation == "delete" and not exists:
            raise RpcError("data-missing", "there is no such node", path=_path(path))

    def check_conditions(self) -> None:
        """Leaves that were named exist under the transport that is wanted."""
        if self._conditional and transport_of(self.wanted, self.release) != "smart":
            path = self._conditional[0].path
            raise RpcError(
                "unknown-element",
                "exists only under transport-type-smart",
                path=_path(path),
                bad_element=path[path.index("transport-smart")],
            )

    def lines(self) -> Iterable[str]:
        """What to type: first what goes, then what comes."""
        known = settings(self.release)
        changed = [name for name in known if self.wanted[name] != self.current[name]]
        going = [name for name in changed if self.wanted[name] is None]
        coming = [name for name in changed if self.wanted[name] is not None]
        made = [known[name].line(self.wanted[name], self.current[name]) for name in (*going, *coming)]
        return dict.fromkeys(made)  # two settings can be one line


def _operation(node: Element, path: tuple[str, ...]) -> str | None:
    found = node.get(f"{{{BASE}}}operation")
    if found is not None and found not in OPERATIONS:
        raise RpcError(
            "bad-attribute",
            f"{found!r} is no operation",
            path=_path(path),
            bad_attribute="operation",
            bad_element=path[-1],
        )
    return found


def _path(path: tuple[str, ...]) -> str:
    return "/" + "/".join(path)
