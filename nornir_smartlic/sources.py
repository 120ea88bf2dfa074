"""NetBox and Nautobot as sources of truth: verdicts are written back to the records of the devices.

What the inventory wants of a device is read from there by `nornir_smartlic.tasks.driving.data_of_host`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from nornir_smartlic.compliance import Finding, Verdict
from nornir_smartlic.cssm.transfer import Endpoint, Transfer
from nornir_smartlic.errors import CssmError, UsageError
from nornir_smartlic.model import Secret
from nornir_smartlic.outputs.texts import clean_line

if TYPE_CHECKING:
    from nornir.core.inventory import Host

Kind = Literal["netbox", "nautobot"]
KINDS: Final = ("netbox", "nautobot")
FIELD: Final = "licensing_verdict"
"""The custom field for the verdict, a text; where a device has none, only the entry is written."""
UNREAD: Final = "unread"
"""The verdict of a host that could not be read."""

_NAMES: Final = {"netbox": "NetBox", "nautobot": "Nautobot"}
_VARIABLES: Final = {"netbox": ("NB_URL", "NB_TOKEN"), "nautobot": ("NAUTOBOT_URL", "NAUTOBOT_TOKEN")}
_CA_FILE: Final = "SMARTLIC_SOURCE_CA_FILE"
_KINDS_OF_ENTRIES: Final = {"pass": "success", "fail": "danger"}  # else warning
_MOST_FINDINGS: Final = 50  # of one entry


@dataclass(frozen=True, slots=True)
class Record:
    """Where the record of a device is, and what kind of object it is."""

    path: str  # /api/dcim/devices/7/
    type: str  # dcim.device, virtualization.virtualmachine
    id: int | str  # a number in NetBox, a UUID in Nautobot


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one host."""

    host: str
    written: bool  # False: it stands there already, or there is a problem
    problem: str | None = None  # one line; None: none


class Source:
    """One NetBox or Nautobot; close it after use, or use it as a context manager.

    A token goes over ``https://`` alone, or to this machine, and to no other host by a redirect.

    Raises:
        UsageError: the URL or the file of the authority is wrong, or the token would be sent unprotected.
    """

    def __init__(
        self,
        kind: Kind,
        url: str,
        token: Secret,
        *,
        field: str = FIELD,
        ca_file: Path | None = None,
        transfer: Transfer | None = None,
    ) -> None:
        if isinstance(token, str):
            raise UsageError("token: expected a Secret, so that it is shown nowhere")
        self._kind = kind
        self._field = field
        try:
            self._transfer = transfer or Transfer(Endpoint(url.rstrip("/"), ca_file))
        except CssmError as error:
            raise UsageError(f"{_NAMES[kind]}: {error}") from None
        self._transfer.require_private()
        # Source: REST API of both, Authentication; tokens of NetBox from 4.5 on begin with what they are
        scheme = "Bearer" if token.reveal().startswith("nbt_") else "Token"
        self._headers = {"Authorization": f"{scheme} {token.reveal()}", "Accept": "application/json"}

    @classmethod
    def of_environment(cls, kind: str, *, field: str = FIELD) -> Source:
        """The one that NB_URL and NB_TOKEN, or NAUTOBOT_URL and NAUTOBOT_TOKEN, name, as Nornir's plugins do.

        Raises:
            UsageError: one of them is not set, or *kind* is neither.
        """
        if kind not in KINDS:
            raise UsageError(f"{kind!r}: expected netbox or nautobot")
        url, token = (os.environ.get(name) for name in _VARIABLES[kind])
        if not url or not token:
            raise UsageError(f"no access to {_NAMES[kind]}: set {' and '.join(_VARIABLES[kind])}")
        ca_file = os.environ.get(_CA_FILE)
        known: Kind = "netbox" if kind == "netbox" else "nautobot"
        return cls(known, url, Secret(token), field=field, ca_file=Path(ca_file) if ca_file else None)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *exception: object) -> None:
        self._transfer.close()

    def write(self, host: Host, findings: Iterable[Finding], *, unread: str | None = None) -> Outcome:
        """Write the verdict of *host* to its record, and an entry that says why, where it is another one than before.

        *unread* is why the host could not be read; then there are no findings. Nothing is raised for what the far end
        answers: one record never stops a run.
        """
        try:
            return Outcome(host.name, self._written(host, tuple(findings), unread))
        except (CssmError, UsageError) as error:
            return Outcome(host.name, written=False, problem=f"{_NAMES[self._kind]}: {error}")

    def _written(self, host: Host, findings: tuple[Finding, ...], unread: str | None) -> bool:
        record = self._record(host)
        verdict = verdict_of(findings) if unread is None else UNREAD
        fields = self._ask("GET", record.path).get("custom_fields")
        has_field = isinstance(fields, Mapping) and self._field in fields
        if has_field and isinstance(fields, Mapping) and fields[self._field] == verdict:
            return False
        text = entry_of(verdict, findings, unread)
        if self._kind == "netbox":  # Source: NetBox, REST API, /api/extras/journal-entries/
            entry = {
                "assigned_object_type": record.type,
                "assigned_object_id": record.id,
                "kind": _KINDS_OF_ENTRIES.get(verdict, "warning"),
                "comments": text,
            }
            self._ask("POST", "/api/extras/journal-entries/", entry)
        else:  # Source: Nautobot, REST API, /notes/ of each object
            self._ask("POST", f"{record.path}notes/", {"note": text})
        if has_field:  # last: an entry that could not be written is tried again by the next run
            self._ask("PATCH", record.path, {"custom_fields": {self._field: verdict}})
        return True

    def _record(self, host: Host) -> Record:
        """Raises `UsageError` where the host is not from there."""
        data: Mapping[str, Any] = host.data
        if self._kind == "nautobot":
            data = data.get("pynautobot_dictionary") or {}
        found = data.get("id")
        if not isinstance(found, int | str) or isinstance(found, bool) or not str(found).replace("-", "").isalnum():
            raise UsageError(f"the inventory does not say which record {host.name} is (its id)")
        if "/virtualization/" in str(data.get("url")):
            return Record(f"/api/virtualization/virtual-machines/{found}/", "virtualization.virtualmachine", found)
        return Record(f"/api/dcim/devices/{found}/", "dcim.device", found)

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self._transfer.ask(method, path, json=body, headers=self._headers, repeatable=method != "POST")
        return answer.checked(f"{method} {path}")


def verdict_of(findings: Iterable[Finding]) -> str:
    """``fail``, ``unknown`` or ``pass``: the worst of *findings*; without any nothing is known."""
    found = {finding.verdict for finding in findings}
    if Verdict.FAIL in found:
        return "fail"
    return "unknown" if Verdict.UNKNOWN in found or not found else "pass"


def entry_of(verdict: str, findings: Iterable[Finding], unread: str | None) -> str:
    """Why, in Markdown; what devices printed stands as code, in which nothing acts."""
    lines = [f"Licensing, by smartlic: **{verdict}**", ""]
    if unread is not None:
        lines.append(f"- not read: {_code(unread)}")
    found = [finding for finding in findings if finding.verdict.is_finding]
    lines += [f"- {each.rule_id}: {_code(each.message)}" for each in found[:_MOST_FINDINGS]]
    if len(found) > _MOST_FINDINGS:
        lines.append(f"- and {len(found) - _MOST_FINDINGS} more")
    return "\n".join(lines).rstrip()


def _code(text: object) -> str:
    return f"`{clean_line(str(text)).replace('`', chr(39))}`"
