"""The control API of a running lab, on loopback, for who has its token."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import os
import secrets
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from nornir_smartlic.errors import SmartLicError
from nornir_smartlic.model import Secret
from smartlic_lab.authority.uploads import read_upload
from smartlic_lab.running.control import CONTROL_FILE, lab_folder
from smartlic_lab.running.inventory import inventory_files
from smartlic_lab.running.lab import Lab
from smartlic_lab.running.rack import act
from smartlic_lab.transports.http import HttpServer
from smartlic_lab.world.certificates import write_private
from smartlic_lab.world.clock import parse_span
from smartlic_lab.world.network import HttpRequest


class ControlServer:
    """Serves one lab's control API."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab = lab
        self.name = name
        self.ended = threading.Event()  # somebody asked the lab to end
        self._token = Secret(secrets.token_urlsafe(32))
        self._file = lab_folder(name) / CONTROL_FILE

    def start(self) -> None:
        """Listen on loopback, and leave word where."""
        server = HttpServer(Starlette(routes=self._routes()))
        port = self.lab.on_loop(server.start("127.0.0.1"))
        self.lab.keep_server(server)
        contents = {"url": f"http://127.0.0.1:{port}", "token": self._token.reveal(), "pid": os.getpid()}
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self._file, json.dumps(contents).encode())

    def forget(self) -> None:
        """Take the word away."""
        self._file.unlink(missing_ok=True)

    def _routes(self) -> list[Route]:
        return [
            Route("/status", self._guarded(self._status)),
            Route("/clock", self._guarded(self._clock), methods=["POST"]),
            Route("/faults", self._guarded(self._faults), methods=["GET", "POST", "DELETE"]),
            Route("/device", self._guarded(self._device), methods=["POST"]),
            Route("/inventory", self._guarded(self._inventory), methods=["POST"]),
            Route("/portal/upload", self._guarded(self._portal_upload), methods=["POST"]),
            Route("/portal/look", self._guarded(self._portal_look), methods=["POST"]),
            Route("/cssm", self._guarded(self._cssm), methods=["POST"]),
            Route("/end", self._guarded(self._end), methods=["POST"]),
        ]

    def _guarded(self, answer: Callable[[Any], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._token.reveal()}".encode()):
                return JSONResponse({"error": "a bearer token is needed"}, 401)
            try:
                body = json.loads(await request.body() or b"{}")
                asked = {"method": request.method, **body}
                return JSONResponse(await asyncio.to_thread(answer, asked))
            except SmartLicError as error:
                return JSONResponse({"error": str(error)}, 400)
            except (KeyError, TypeError, ValueError) as error:
                return JSONResponse({"error": f"bad request: {error}"}, 400)

        return guarded

    def _status(self, _asked: dict[str, Any]) -> Any:
        return {"name": self.name, **self.lab.status()}

    def _clock(self, asked: dict[str, Any]) -> Any:
        if "advance" in asked:
            self.lab.advance(parse_span(str(asked["advance"])))
        if "speed" in asked:
            self.lab.world.set_speed(float(asked["speed"]))
        return self.lab.status()["clock"]

    def _faults(self, asked: dict[str, Any]) -> Any:
        if asked["method"] == "POST":
            span: timedelta | None = parse_span(str(asked["span"])) if asked.get("span") else None
            self.lab.add_fault(str(asked["target"]), str(asked["kind"]), span=span, count=asked.get("count"))
        elif asked["method"] == "DELETE":
            return {"cleared": self.lab.clear_faults(asked.get("target"))}
        return {"faults": self.lab.fault_list()}

    def _device(self, asked: dict[str, Any]) -> Any:
        device = self.lab.device(str(asked["name"]))
        with self.lab.world.at(device.name) as now:
            act(device, str(asked["action"]), asked, now)
            return {
                "name": device.name,
                "release": device.release.name,
                "members": [str(member) for member in device.members],
                "access_points": device.access_points,
                "is_up": device.is_up(now),
            }

    def _inventory(self, asked: dict[str, Any]) -> Any:
        files = inventory_files(str(asked["format"]), self.lab.inventory_facts(asked.get("host")), Path(asked["path"]))
        return {"files": {str(path): text for path, text in files.items()}}

    def _portal_upload(self, asked: dict[str, Any]) -> Any:
        files = read_upload(base64.b64decode(asked["data"], validate=True))
        with self.lab.world.at(self.lab.cssm.name) as now:
            number = self.lab.cssm.submit_usage_file(
                files,
                domain=asked.get("smart_account") or self.lab.topology.first_domain,
                virtual_account=str(asked["virtual_account"]),
                file_name=str(asked["file_name"]),
                now=now,
            )
        return {"number": number}

    def _portal_look(self, asked: dict[str, Any]) -> Any:
        number = int(asked["number"])
        with self.lab.world.at(self.lab.cssm.name) as now:
            line = self.lab.cssm.usage_data_file(number, now)
            found: dict[str, Any] = {"status": line.status.value, "errors": list(line.errors), "number": number}
            if line.acknowledgement_ready:
                file = self.lab.cssm.acknowledgement(number, now)
                found |= {"file_name": file.name, "data": base64.b64encode(file.content).decode()}
        return found

    def _cssm(self, asked: dict[str, Any]) -> Any:
        """An API request to a CSSM or SSM On-Prem of the lab, as the operator or as a user."""
        fact = self.lab.api_authority(asked.get("authority"))
        body = asked.get("body")
        request = HttpRequest(
            str(asked["verb"]),
            str(asked["path"]),
            fact.plan.name,
            query={str(name): str(value) for name, value in (asked.get("query") or {}).items()},
            headers={"content-type": "application/json"},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        with self.lab.world.at(fact.plan.name) as now:
            answer = fact.authority.operate(request, now, asked.get("acting_as"))
        found = json.loads(answer.body) if answer.content_type == "application/json" and answer.body else None
        return {"status": answer.status, "answer": found}

    def _end(self, _asked: dict[str, Any]) -> Any:
        self.ended.set()
        return {}
