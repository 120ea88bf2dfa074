from __future__ import annotations

import pytest

from tests.lab.device.terminals import Terminal, make_device


@pytest.fixture
def switch() -> Terminal:
    return Terminal(make_device("sw1", platform="c9300", members=2))


@pytest.fixture
def router() -> Terminal:
    return Terminal(make_device("r1", platform="c8000v"))
