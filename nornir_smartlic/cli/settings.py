"""Where CSSM and the store are: from the environment, else from ``user_defined: smartlic:`` of the configuration file.

A client secret is in a variable or in a file of its own, never in an option.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from nornir_smartlic.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nornir_smartlic.cssm import CssmClient, OnPremClient, SmartAccount
    from nornir_smartlic.store import Store

CLOUD: Final = "https://swapi.cisco.com"
CLOUD_LOGIN: Final = "https://cloudsso.cisco.com"
"""Source: reference/reports.md section 7.1."""

_LOGINS: Final = {CLOUD: CLOUD_LOGIN, "https://apx.cisco.com": "https://id.cisco.com/oauth2/default/v1/token"}
"""Where the access tokens of an API come from. Source: reference/cssm-clients.md."""

WAIT_KEY: Final = "wait"
_KEYS: Final = (
    "store",
    "keep_days",
    "cssm_url",
    "cssm_login_url",
    "cssm_ca_file",
    "cssm_client_id",
    "cssm_client_secret_file",
    "smart_account",
    "onprem_url",
    "onprem_account",
    "onprem_ca_file",
    "onprem_client_id",
    "onprem_client_secret_file",
)

_FILES: Final = tuple(key for key in _KEYS if key.endswith("_file"))


@dataclass(frozen=True, slots=True)
class Settings:
    """Every value may be ``None``: not set."""

    store: str | None = None
    keep_days: int | None = None  # of audits in the store; None: all are kept
    cssm_url: str = CLOUD
    cssm_login_url: str | None = None
    cssm_ca_file: Path | None = None
    cssm_client_id: str | None = None
    cssm_client_secret_file: Path | None = None
    smart_account: str | None = None
    onprem_url: str | None = None
    onprem_account: str | None = None
    onprem_ca_file: Path | None = None
    onprem_client_id: str | None = None
    onprem_client_secret_file: Path | None = None

    @classmethod
    def of(cls, config: Path) -> Settings:
        """What the environment says (``SMARTLIC_STORE``, ``SMARTLIC_CSSM_URL``, ...), else the file *config*.

        Raises:
            UsageError: the file has a key that there is not, or cannot be read.
        """
        values: dict[str, Any] = dict(_of_file(config))
        for key in _KEYS:
            value = os.environ.get(f"SMARTLIC_{key.upper()}")
            if value:
                values[key] = value
        for key in _FILES:
            if key in values:
                values[key] = config.parent / values[key]
        return cls(**values)

    @contextmanager
    def opened_store(self) -> Iterator[Store]:
        """The store; raises `UsageError` where none is set."""
        from nornir_smartlic.store import Store

        if self.store is None:
            raise UsageError(
                "no store: set SMARTLIC_STORE, or store under user_defined: smartlic: in the configuration"
            )
        with Store(self.store) as store:
            yield store

    @contextmanager
    def cssm(self) -> Iterator[CssmClient]:
        """A client of CSSM.

        Raises:
            UsageError: its credentials are not set.
        """
        from nornir_smartlic.cssm import ClientCredentials, Endpoint, Transfer, client_class
        from nornir_smartlic.cssm.client import BASE, TOKEN_PATH
        from nornir_smartlic.model import Secret

        secret = os.environ.get("SMARTLIC_CSSM_CLIENT_SECRET") or _secret_of_file(self.cssm_client_secret_file)
        if not self.cssm_client_id or not secret:
            raise UsageError("no access to CSSM: set SMARTLIC_CSSM_CLIENT_ID and SMARTLIC_CSSM_CLIENT_SECRET")
        api, base = _split(self.cssm_url)
        login = self.cssm_login_url or _LOGINS.get(api, api)
        host, path = _split(login)
        with client_class(base)(
            Transfer(Endpoint(api, self.cssm_ca_file)),
            ClientCredentials(self.cssm_client_id, Secret(secret)),
            login=Transfer(Endpoint(host, self.cssm_ca_file)),
            token_path=path or TOKEN_PATH,
            base=base or BASE,
        ) as client:
            yield client

    @contextmanager
    def onprem(self) -> Iterator[OnPremClient]:
        """A client of SSM On-Prem.

        Raises:
            UsageError: where it is, its account or its credentials are not set.
        """
        from nornir_smartlic.cssm import ClientCredentials, Endpoint, OnPremClient, Transfer
        from nornir_smartlic.model import Secret

        secret = os.environ.get("SMARTLIC_ONPREM_CLIENT_SECRET") or _secret_of_file(self.onprem_client_secret_file)
        if not (self.onprem_url and self.onprem_account and self.onprem_client_id and secret):
            raise UsageError(
                "no access to SSM On-Prem: set SMARTLIC_ONPREM_URL (https://HOST:8443), SMARTLIC_ONPREM_ACCOUNT, "
                "SMARTLIC_ONPREM_CLIENT_ID and SMARTLIC_ONPREM_CLIENT_SECRET"
            )
        with OnPremClient(
            Transfer(Endpoint(self.onprem_url, self.onprem_ca_file)),
            ClientCredentials(self.onprem_client_id, Secret(secret)),
            self.onprem_account,
        ) as client:
            yield client

    def account(self, client: CssmClient) -> SmartAccount:
        """The smart account to work in: the one that is set, or the only one that the client sees.

        Raises:
            UsageError: it is not there, or there are several.
        """
        accounts = client.accounts()
        if self.smart_account is not None:
            wanted = self.smart_account.lower()
            found = [each for each in accounts if wanted in (each.domain.lower(), each.name.lower())]
            if not found:
                seen = ", ".join(each.domain for each in accounts) or "none"
                raise UsageError(f"smart account {self.smart_account!r} is not visible to this client: it sees {seen}")
            return found[0]
        if len(accounts) != 1:
            seen = ", ".join(each.domain for each in accounts) or "none"
            raise UsageError(f"set SMARTLIC_SMART_ACCOUNT to one of the smart accounts that this client sees: {seen}")
        return accounts[0]


def _secret_of_file(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file"
        raise UsageError(f"client secret file {path}: {reason}") from None


def _split(url: str) -> tuple[str, str]:
    """The URL of a host, and the path of its token endpoint or API; the path is "" where *url* has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")


def _of_file(config: Path) -> Mapping[str, Any]:
    """The values under ``user_defined: smartlic:``; none where there is no such file."""
    if not config.is_file():
        return {}
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe").load(config)
    except (OSError, YAMLError, UnicodeDecodeError):
        raise UsageError(f"{config}: not YAML") from None
    defined = data.get("user_defined") if isinstance(data, Mapping) else None
    found = defined.get("smartlic") if isinstance(defined, Mapping) else None
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise UsageError(f"{config}: user_defined.smartlic: expected a mapping")
    values = {key: value for key, value in found.items() if key != WAIT_KEY}  # which tasks read themselves
    for key, value in values.items():
        if key not in _KEYS or not isinstance(value, int if key == "keep_days" else str):
            expected = ", ".join(_KEYS)
            raise UsageError(
                f"{config}: user_defined.smartlic.{key}: expected a text (keep_days: a number) under one of {expected}"
            )
    return values
