from __future__ import annotations

import pytest

from tests.cli.commandline import CommandLine


@pytest.fixture
def smartlic(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("SMARTLIC_TOKEN", "SMARTLIC_USERNAME", "SMARTLIC_PASSWORD", "SMARTLIC_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return CommandLine(tmp_path, capsys)
