"""Routes: what can be asked over HTTP, checked at the edge, answered in a unit of work.

One `Route` holds all that there is to know of an operation, so that the OpenAPI description is made from the same
table that answers, and cannot say anything else. Names of fields are Cisco's; where reference/reports.md shows an
answer, the model has those keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Final, Generic, TypeAlias, TypeVar
from urllib.parse import parse_qsl, unquote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from nornir_smartlic.errors import SmartLicError
from smartlic_lab.authority.errors import Refusal
from smartlic_lab.authority.work import Work
from smartlic_lab.world.network import HttpRequest, HttpResponse

T = TypeVar("T")

BASE: Final = "/services/api/smart-accounts-and-licensing"
"""Source: reference/reports.md section 7.1."""

SOFTWARE_APIS: Final = "/v1/software/apis"
"""The base of the newer generation. Source: reference/cssm-clients.md."""

_NEWER: Final = ("licensing", "pnp", "accounts", "ea")
_DOUBLED_BASE: Final = f"/services/api{BASE}"
"""Source: reference/reports.md section 7.1: one sample has the prefix twice."""


class Wire(BaseModel):
    """A JSON object of the API with the names as they are written here; values are not converted from other types."""

    model_config = ConfigDict(strict=True, extra="ignore", populate_by_name=True)


class CamelWire(Wire):
    """The same with names in camelCase, as in v1."""

    model_config = ConfigDict(strict=True, extra="ignore", populate_by_name=True, alias_generator=to_camel)


class QueryModel(BaseModel):
    """Query parameters: text that is converted. Unknown ones are let be."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, alias_generator=to_camel)


def _whole(value: object) -> object:
    """Clients send numbers as text too; the description says where."""
    return int(value) if isinstance(value, str) else value


Limit = Annotated[
    Annotated[int, Field(ge=-1, le=1_000_000)] | Annotated[str, Field(pattern=r"^[0-9]{1,6}$")], AfterValidator(_whole)
]
"""So many at most; -1: all. Source: reference/cssm-clients.md (text); public client Cisco.Api (-1)."""

Offset = Annotated[
    Annotated[int, Field(ge=0, lt=2**31)] | Annotated[str, Field(pattern=r"^[0-9]{1,9}$")], AfterValidator(_whole)
]
"""From which on, counted from 0."""

MOST_RECORDS: Final = 10_000
"""Records of one answer (ours)."""


def page_of(found: Sequence[T], limit: int | str, offset: int | str) -> Sequence[T]:
    """The part of *found* that is asked for."""
    count = MOST_RECORDS if int(limit) < 0 else min(int(limit), MOST_RECORDS)
    return found[int(offset) : int(offset) + count]


class ErrorAnswer(CamelWire):
    """What an error says; clients read one of the two texts. Source: reference/cssm-clients.md (the second)."""

    status: str = "ERROR"
    status_message: str
    message: str


class OAuthError(Wire):
    """What an error of a token endpoint says. Source: RFC 6749 section 5.2."""

    error: str
    error_description: str


@dataclass(frozen=True, slots=True)
class Settings:
    """How the authority that answers is set."""

    processing_time: timedelta
    polls_are_slow: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: ``query`` and ``body`` are of the models that its route names."""

    work: Work
    path: Mapping[str, str]
    query: Any
    body: Any
    request: HttpRequest
    settings: Settings


Handler: TypeAlias = Callable[[Call], BaseModel | HttpResponse]


@dataclass(frozen=True)
class Route:
    """One operation of the API."""

    method: str
    path: str  # "/v1/accounts/{domain}/devices"
    summary: str
    handler: Handler
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    query: type[QueryModel] | None = None
    form: bool = False  # the body is form encoded, or JSON
    binary: bool = False  # the body is bytes as they are
    reads: Callable[[HttpRequest], Any] | None = None  # makes of such bytes what the handler takes
    file: bool = False  # the answer is a file
    page: bool = False  # the answer is HTML
    signed_in: bool = True
    oauth: bool = False  # its own errors are those of RFC 6749
    tickets: bool = False  # 202 with a ticket where all is well; Source: reference/cssm-clients.md
    redirects: bool = False  # 302 where all is well
    statuses: tuple[int, ...] = ()  # what it answers beside 200 and what its shape makes possible
    headers: Mapping[str, str] = field(default_factory=dict)  # request headers that matter: name -> what it is

    @property
    def operation_id(self) -> str:
        """A name for clients that are generated."""
        words = re.sub(r"[^a-zA-Z0-9]+", " ", self.path.removeprefix(BASE)).split()
        return "_".join([self.method.lower(), *words])


class Read(Generic[T]):
    """What *read* gave or raised: it is done at once, and its error comes where the value is asked for."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._error: SmartLicError | None = None
        try:
            self._value = read()
        except SmartLicError as error:
            self._error = error

    def value(self) -> T:
        """The value; raises what the reading raised."""
        if self._error is not None:
            raise self._error
        return self._value


class BadRequest(Refusal):
    """The request is not what the description asks for."""

    status: ClassVar[int] = 400


class OAuthRefusal(Refusal):
    """A token endpoint says no, with one of the codes of RFC 6749; 401 asks for the client's credentials."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code

    @property
    def http_status(self) -> int:
        """401 for a client that is not known, else 400."""
        return 401 if self.code == "invalid_client" else 400


def canonical(path: str) -> str:
    """The path as routes have it: doubled slashes and bases, a slash at the end and older bases are let pass."""
    path = re.sub("//+", "/", path)
    if len(path) > 1:
        path = path.removesuffix("/")
    if path.startswith(_DOUBLED_BASE):
        path = BASE + path.removeprefix(_DOUBLED_BASE)
    short = path.removeprefix(f"{BASE}/v3")
    if short.split("/")[1:2] and short.split("/")[1] in _NEWER:
        return SOFTWARE_APIS + short
    return path


def match(routes: Mapping[str, list[Route]], path: str) -> tuple[list[Route], dict[str, str]]:
    """The routes of *path*, one per method, with the values in it; ``routes`` as `by_shape` makes them."""
    parts = [unquote(part) for part in path.split("/")]
    for shape, candidates in routes.items():
        names = shape.split("/")
        if len(names) == len(parts) and all(
            name == part or (name.startswith("{") and part) for name, part in zip(names, parts, strict=True)
        ):
            values = {name[1:-1]: part for name, part in zip(names, parts, strict=True) if name.startswith("{")}
            return candidates, values
    return [], {}


def by_shape(routes: tuple[Route, ...]) -> dict[str, list[Route]]:
    """Routes by their path; those without names in them come first, so that they are found first."""
    table: dict[str, list[Route]] = {}
    for route in sorted(routes, key=lambda route: route.path.count("{")):
        table.setdefault(route.path, []).append(route)
    return table


def checked_body(route: Route, request: HttpRequest) -> Any:
    """The body as its model; raises `BadRequest` that names the first problem."""
    if route.reads is not None:
        return route.reads(request)
    if route.binary:
        return request.body
    if route.body is None:
        return None
    try:
        raw: Any
        if route.form and not _is_json(request):  # some clients put the form into the query
            raw = dict(_form(request)) if request.body.strip() else dict(request.query)
            if any("\0" in value for value in raw.values()):
                raise BadRequest("the form has characters that are not text")
        else:
            raw = json.loads(request.body, parse_float=_number)
    except (ValueError, RecursionError):
        raise BadRequest(f"the body is not {'a form' if route.form else 'JSON'}") from None
    try:
        body = route.body.model_validate(raw)
    except ValidationError as error:
        raise BadRequest(_first_problem("body", error)) from None
    if not _is_text(request.body, body):
        raise BadRequest("the body has characters that are not text")
    return body


def checked_query(route: Route, request: HttpRequest) -> Any:
    """The query as its model; raises `BadRequest`."""
    if route.query is None:
        return None
    if any("\0" in value for value in request.query.values()):
        raise BadRequest("the query has characters that are not text")
    try:
        return route.query.model_validate(dict(request.query))
    except ValidationError as error:
        raise BadRequest(_first_problem("query", error)) from None


def answer_of(model: BaseModel, status: int = 200) -> HttpResponse:
    """*model* as a response; keys without a value are there as null, because clients subscript them."""
    return HttpResponse(status, model.model_dump_json(by_alias=True).encode())


def error_answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An error as a response."""
    body = ErrorAnswer(status_message=message, message=message)
    return HttpResponse(status, body.model_dump_json(by_alias=True).encode(), headers=headers or {})


def oauth_error(refusal: OAuthRefusal) -> HttpResponse:
    """An error of a token endpoint as a response."""
    body = OAuthError(error=refusal.code, error_description=str(refusal)).model_dump_json().encode()
    headers = {"Cache-Control": "no-store"}
    if refusal.http_status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="CSSM"'
    return HttpResponse(refusal.http_status, body, headers=headers)


def _number(text: str) -> int | float:
    """JSON knows one kind of number: 7.0 is a whole one."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _is_text(body: bytes, model: BaseModel) -> bool:
    """Whether every text can be stored: no NUL, no half of a surrogate pair. Looked at only where one may be."""
    folded = body.lower()
    if b"\\u0000" not in folded and b"\\ud" not in folded and b"%00" not in folded and b"\0" not in folded:
        return True
    pending: list[Any] = [model.model_dump()]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend((*value, *value.values()))
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, str) and ("\0" in value or any("\ud800" <= one <= "\udfff" for one in value)):
            return False
    return True


def _is_json(request: HttpRequest) -> bool:
    return "json" in request.headers.get("content-type", "")


def _form(request: HttpRequest) -> list[tuple[str, str]]:
    return parse_qsl(request.body.decode("utf-8", errors="strict"), keep_blank_values=True)


def _first_problem(where: str, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    path = ".".join(str(part) for part in first["loc"]) or where
    return f"{where}: {path}: {first['msg']}"
