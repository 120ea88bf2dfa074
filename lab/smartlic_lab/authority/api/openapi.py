"""The OpenAPI description, made from the table of routes that answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from smartlic_lab.authority.api import devices
from smartlic_lab.authority.api.devices import DeviceMessage, DeviceReply
from smartlic_lab.authority.api.routes import ErrorAnswer, OAuthError, Route

OPENAPI_PATH: Final = "/openapi.json"
"""Where the description of the API is (ours)."""

VERSION: Final = "3.1.0"
_REFERENCE: Final = "#/components/schemas/{model}"
_ERRORS: Final = {
    400: "the request is not what is described here",
    401: "no access token, or one that is over",
    403: "the role does not give this right, or there is no such account",
    404: "there is no such thing",
    409: "the state of things does not allow it",
    429: "too many requests: wait as long as Retry-After says",
    500: "a fault was asked for",
    503: "a fault was asked for",
}


def describe(routes: Iterable[Route], *, device_paths: Iterable[str] = (), title: str, version: str) -> dict[str, Any]:
    """The description of *routes*, and of the paths that devices use."""
    listed = list(routes)
    schemas, components = _schemas(listed)
    paths: dict[str, dict[str, Any]] = {}
    for path in sorted(device_paths):
        paths[path] = {"post": _device_operation(path, schemas)}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": VERSION,
        "info": {
            "title": title,
            "version": version,
            "description": "The APIs of Cisco Smart Software Manager, as the lab of nornir-smartlic emulates them.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "client": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _schemas(routes: list[Route]) -> tuple[Mapping[Any, Any], dict[str, Any]]:
    wanted: set[tuple[type[BaseModel], JsonSchemaMode]] = {
        (ErrorAnswer, "serialization"),
        (OAuthError, "serialization"),
        (DeviceMessage, "validation"),
        (DeviceReply, "serialization"),
    }
    for route in routes:
        wanted.add((route.answer, "serialization"))
        wanted.update((model, "validation") for model in (route.body, route.query) if model is not None)
    ordered = sorted(wanted, key=lambda pair: (pair[0].__module__, pair[0].__name__, pair[1]))
    mapping, definitions = models_json_schema(ordered, by_alias=True, ref_template=_REFERENCE)
    return mapping, definitions.get("$defs", {})


def _device_operation(path: str, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    def content(model: type[BaseModel], mode: JsonSchemaMode) -> dict[str, Any]:
        return {"application/json": {"schema": schemas[model, mode]}}

    names = re.findall(r"\{(\w+)\}", path)
    error = content(ErrorAnswer, "serialization")
    return {
        "operationId": "_".join(["device", *re.sub(r"[^a-zA-Z0-9]+", " ", path).split()]),
        "summary": devices.SUMMARY,
        "security": [],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in names
        ],
        "requestBody": {"required": True, "content": content(DeviceMessage, "validation")},
        "responses": {
            "200": {"description": "done, or FAILED with the reason", "content": content(DeviceReply, "serialization")},
            **{str(status): {"description": _ERRORS[status], "content": error} for status in (400, 404, 429, 500, 503)},
        },
    }


def _operation(route: Route, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "security": [{"bearer": []}] if route.signed_in else [{}, {"client": []}] if route.oauth else [],
        "parameters": [*_path_parameters(route), *_header_parameters(route), *_query_parameters(route)],
        "responses": _responses(route, schemas),
    }
    if route.binary:
        form = {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
            "required": ["file"],
        }
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {}}, "multipart/form-data": {"schema": form}},
        }
    elif route.body is not None:
        content = {"application/json": {"schema": schemas[route.body, "validation"]}}
        if route.form:
            content["application/x-www-form-urlencoded"] = {"schema": schemas[route.body, "validation"]}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", route.path)
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
            if name == "number"
            else {"type": "string", "minLength": 1},
        }
        for name in names
    ]


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "header",
            "required": name.endswith("-ID"),
            "description": description,
            "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"} if name.endswith("-ID") else {"type": "string"},
        }
        for name, description in route.headers.items()
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema(by_alias=True)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _without_null(value),
        }
        for name, value in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter that may be absent is not one that may be null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default", "title")}
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**schema}


def _responses(route: Route, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    if route.file:
        content: dict[str, Any] = {"application/octet-stream": {"schema": {}}}
    elif route.page:
        content = {"text/html": {"schema": {"type": "string"}}}
    else:
        content = {"application/json": {"schema": schemas[route.answer, "serialization"]}}
    responses: dict[str, Any] = {"200": {"description": "done", "content": content}}
    if route.tickets:
        responses["202"] = {"description": "ask again with the ticket", "content": content}
    if route.redirects:
        responses["302"] = {
            "description": "back to the client",
            "headers": {"Location": {"schema": {"type": "string"}}},
        }
    error = {"application/json": {"schema": schemas[ErrorAnswer, "serialization"]}}
    oauth = {"application/json": {"schema": schemas[OAuthError, "serialization"]}}
    for status in sorted(possible_errors(route)):
        its_own = route.oauth and status in (400, 401)
        responses[str(status)] = {"description": _ERRORS[status], "content": oauth if its_own else error}
    responses["429"]["headers"] = {
        "Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}
    }
    return responses


def possible_errors(route: Route) -> set[int]:
    """The errors that *route* may answer with: of its shape, its own, and those of faults."""
    errors = {429, 500, 503, *route.statuses}
    if route.body is not None or route.query is not None or route.headers or route.binary:
        errors.add(400)
    if route.signed_in:
        errors |= {401, 403}
    if route.signed_in and ("{" in route.path or route.body is not None or route.query is not None):
        errors.add(404)
    return errors
