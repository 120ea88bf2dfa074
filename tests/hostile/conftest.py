from __future__ import annotations

from typing import Any

import pytest
from nornir.core.plugins.connections import ConnectionPluginRegister

ConnectionPluginRegister.auto_register()


@pytest.fixture
def unchecked() -> dict[str, Any]:
    """Host data with which no door checks the host key."""
    return {"smartlic_host_keys": "off"}
