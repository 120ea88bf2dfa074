from __future__ import annotations

from collections.abc import Iterator

import pytest

from smartlic_lab.authority import Cssm
from tests.cssm.over_memory import JAN_1, SECRET, Service


@pytest.fixture
def service() -> Iterator[Service]:
    cssm = Cssm("cssm", now=JAN_1)
    cssm.add_smart_account("example.com", "Example Networks")
    cssm.add_virtual_account("example.com", "My Branches")
    cssm.add_api_client("example.com", "smartlic", SECRET)
    yield Service(cssm)
    cssm.close()
