"""A client of SSM On-Prem. Source: reference/reports.md section 8.

A client's token opens ``/api/v1/.../tokens``. That it opens ``/backend/api/v1``, where On-Prem's own pages ask for
devices and licences, is unverified; usage reports and authorizations go by On-Prem's synchronisation alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from nornir_smartlic.cssm.access import Access, ClientCredentials
from nornir_smartlic.cssm.client import CssmClient
from nornir_smartlic.cssm.transfer import Transfer
from nornir_smartlic.cssm.values import SmartAccount
from nornir_smartlic.errors import UsageError

ON_PREM_TOKEN_PATH: Final = "/oauth/token"  # noqa: S105  a path
_API: Final = "/api"
_OF_ITS_PAGES: Final = "/backend/api"


class OnPremClient(CssmClient):
    """Speaks for one API client of a local account; what On-Prem is not known to have raises `UsageError`."""

    def __init__(
        self,
        transfer: Transfer,
        credentials: ClientCredentials,
        account: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._access = Access(
            transfer, credentials, login=None, token_path=ON_PREM_TOKEN_PATH, clock=clock, login_by_json=True
        )

    def accounts(self) -> tuple[SmartAccount, ...]:
        """The local account alone; On-Prem's API gives it no number."""
        return (SmartAccount(self._account, self._account, 0),)

    def _ask(self, method: str, path: str, what: str, **options: Any) -> dict[str, Any]:
        if not path.startswith("/v1/accounts/") or path.endswith(("/alerts", "/licenses/transfer")):
            raise UsageError(f"{what}: SSM On-Prem is not known to have such an operation: ask CSSM")
        base = _API if "/tokens" in path.rpartition("/virtual-accounts/")[2] else _OF_ITS_PAGES
        return self._access.ask(method, base + path, what, **options)
