from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_clients import TOPOLOGY

from smartlic_lab.lab import Lab


@pytest.fixture(scope="session")
def client_lab() -> Iterator[Lab]:
    """A switch stack and a router, for clients that we did not write; tests leave them as they found them."""
    with Lab.from_dict(TOPOLOGY) as lab:
        yield lab
