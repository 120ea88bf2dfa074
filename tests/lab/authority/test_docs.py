"""What docs/cssm.md shows works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from smartlic_lab.authority import Cssm, FaultKind, Role, accounts

PAGE = Path(__file__).parents[3] / "docs" / "cssm.md"


def test_the_examples_of_the_page_run() -> None:
    first, second = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(first, names)
    cssm: Cssm = names["cssm"]
    cssm.add_user("example.com", "anna", Role.ACCOUNT_ADMINISTRATOR)
    exec(second, names)
    with cssm.work() as work:
        made = work.virtual_account(work.smart_account("example.com"), "Branch 17")
        assert [one.name for one in accounts.ancestors_of(work, made)] == ["Branches"]


def test_the_page_names_every_fault() -> None:
    text = PAGE.read_text()
    assert [kind.value for kind in FaultKind if f"`{kind.value}`" not in text] == []
