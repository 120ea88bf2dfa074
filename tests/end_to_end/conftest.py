from __future__ import annotations

from collections.abc import Iterator

import pytest

from smartlic_lab.running.lab import Lab
from tests.end_to_end.lab_clients import TOPOLOGY


@pytest.fixture(scope="session")
def client_lab() -> Iterator[Lab]:
    """A switch stack and a router, for clients that we did not write; tests leave them as they found them."""
    with Lab.from_dict(TOPOLOGY) as lab:
        yield lab
