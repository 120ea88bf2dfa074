"""The portal's page *Usage Data Files* as operations: public clients have none, so that these are ours."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from typing import Annotated, Final

from pydantic import Field

from nornir_smartlic.errors import FileRejected
from smartlic_lab.authority import uploads
from smartlic_lab.authority.api.routes import BASE, BadRequest, Call, CamelWire, QueryModel, Route
from smartlic_lab.authority.api.v1 import Done, virtual_account_of
from smartlic_lab.authority.errors import NotFound
from smartlic_lab.world.network import HttpRequest, HttpResponse

_MOST_PARTS: Final = 20
_MOST_HEAD: Final = 4096
_FILES: Final = f"{BASE}/v1/accounts/{{domain}}/virtual-accounts/{{virtual_account}}/usage-data-files"
_FILE: Final = f"{BASE}/v1/usage-data-files/{{number}}"


class UploadQuery(QueryModel):
    """What the file is called."""

    file_name: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class FileAnswer(CamelWire):
    """An uploaded file, and what became of it."""

    file_id: int
    file_name: str
    uploaded_date: str
    reporting_status: str
    devices: int
    errors: list[str]
    notices: list[str]
    acknowledgement: bool


class FilesAnswer(Done):
    """The uploads of a virtual account, the newest first."""

    files: list[FileAnswer]


def _upload(call: Call) -> FileAnswer:
    home = virtual_account_of(call)
    name, files = call.body
    try:
        done = uploads.upload(
            call.work,
            home,
            files,
            file_name=(call.query.file_name or name)[:200],
            processing_time=call.settings.processing_time,
        )
    except FileRejected as rejected:
        raise BadRequest(str(rejected)) from None
    return _shown(uploads.usage_data_file(call.work, done.id))


def _read(request: HttpRequest) -> tuple[str, tuple[uploads.UploadedFile, ...]]:
    """Name and content of what is uploaded; raises `BadRequest`."""
    name, content = "usage.txt", request.body
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        name, content = file_in_form(request.headers["content-type"], request.body)
    try:
        return name, uploads.read_upload(content)
    except FileRejected as rejected:
        raise BadRequest(str(rejected)) from None


def file_in_form(content_type: str, body: bytes) -> tuple[str, bytes]:
    """Name and content of the first file of a multipart form. Source: RFC 7578; raises `BadRequest`."""
    parameters = Message()
    parameters["content-type"] = content_type
    boundary = parameters.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise BadRequest("the multipart form has no boundary")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1", "replace"), _MOST_PARTS)
    for part in parts[1:]:
        head, blank, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = message_from_bytes(head[:_MOST_HEAD])
        name = headers.get_param("filename", header="content-disposition")
        if blank and isinstance(name, str) and len(parts) <= _MOST_PARTS:
            return "".join(sign for sign in name if sign.isprintable())[:200] or "usage.txt", content
    raise BadRequest("the multipart form has no file")


def _files(call: Call) -> FilesAnswer:
    return FilesAnswer(files=[_shown(one) for one in uploads.usage_data_files(call.work, virtual_account_of(call))])


def _file(call: Call) -> FileAnswer:
    return _shown(uploads.usage_data_file(call.work, _number(call)))


def _acknowledgement(call: Call) -> HttpResponse:
    file = uploads.acknowledgement_file(call.work, _number(call))
    name = "".join(sign if (sign.isalnum() and sign.isascii()) or sign in "._-" else "_" for sign in file.name)
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(200, file.content, "application/octet-stream", {"Content-Disposition": disposition})


def _number(call: Call) -> int:
    text = call.path["number"]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(f"there is no uploaded file {text}")
    return int(text)


def _shown(one: uploads.UsageDataFile) -> FileAnswer:
    return FileAnswer(
        file_id=one.id,
        file_name=one.name,
        uploaded_date=one.uploaded.isoformat(),
        reporting_status=one.status.value,
        devices=one.devices,
        errors=list(one.errors),
        notices=list(one.notices),
        acknowledgement=one.acknowledgement_ready,
    )


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "POST",
        _FILES,
        "Upload a usage file or a bundle (ours)",
        _upload,
        FileAnswer,
        query=UploadQuery,
        binary=True,
        reads=_read,
    ),
    Route("GET", _FILES, "List uploaded files (ours)", _files, FilesAnswer),
    Route("GET", _FILE, "See what became of a file (ours)", _file, FileAnswer),
    Route(
        "GET",
        f"{_FILE}/acknowledgement",
        "Download the ACK of a file (ours)",
        _acknowledgement,
        FileAnswer,
        file=True,
        statuses=(409,),
    ),
)
