"""The plugin's table of products and the lab's families say the same: two readings of the same sources."""

from __future__ import annotations

import pytest

from nornir_smartlic.intent.products import product_of
from smartlic_lab.device.throughput import needs_authorization, rate_mbps
from smartlic_lab.platforms import families, family

MODELS = [(name, pid) for name, one in families().items() for pid in one.models]


@pytest.mark.parametrize(("name", "pid"), MODELS)
def test_a_product_takes_the_levels_of_its_family(name: str, pid: str) -> None:
    product = product_of(pid)
    if product is not None:
        assert {level: set(addons) for level, addons in product.levels.items()} == {
            level: set(addons) for level, addons in family(name).boot.levels.items()
        }


@pytest.mark.parametrize(("name", "pid"), MODELS)
def test_a_product_takes_the_throughputs_of_its_family_and_asks_for_a_code_where_that_does(name: str, pid: str) -> None:
    product, one = product_of(pid), family(name)
    known = product.throughput if product is not None else None
    if known is None:
        assert not one.models[pid].throughputs
        return
    words = set(one.throughputs) or {str(step) for step in one.models[pid].throughputs}
    assert set(known.words) == words
    for word, rate in known.words.items():
        assert rate_mbps(one, word) == rate
        assert known.needs_code(word) is needs_authorization(one, word)
    assert known.default in (None, one.default_throughput, *map(str, one.models[pid].throughputs[:1]))
