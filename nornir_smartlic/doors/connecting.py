"""What an inventory must say before any door can be opened."""

from __future__ import annotations

from nornir.core.inventory import ConnectionOptions, Host

from nornir_smartlic.errors import UsageError


def require_login(host: Host, parameters: ConnectionOptions, *, has_key: bool) -> None:
    """Raises `UsageError`, which names the key of the inventory that is missing; *has_key*: no password is needed."""
    where = "in the host, its groups or the defaults"
    if not parameters.username:
        raise UsageError(f"{host.name}: no username - expected username {where}, or SMARTLIC_USERNAME")
    if not parameters.password and not has_key:
        raise UsageError(f"{host.name}: no password - expected password {where}, or SMARTLIC_PASSWORD")
