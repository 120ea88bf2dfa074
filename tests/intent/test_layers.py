"""Inventory data of several layers, made one key by key."""

from __future__ import annotations

import pytest

from nornir_smartlic.errors import IntentError
from nornir_smartlic.intent import intent_of, merge_intent_data

HOST = {"source_interface": "Gi0/0", "privacy": {"hostname": True}, "proxy": {"address": "192.0.2.80", "port": 80}}
GROUP = {"transport": "smart", "url": "default", "privacy": {"hostname": False, "version": True}}
DEFAULTS = {"transport": "cslu", "proxy": {"address": "proxy.example.com", "port": 8080}, "usage_interval_days": 7}
LAYERS = [("host sw1", HOST), ("group branches", GROUP), ("defaults", DEFAULTS)]


def test_the_nearest_layer_counts_for_each_key():
    merged = merge_intent_data(LAYERS)
    assert merged.data == {
        "source_interface": "Gi0/0",
        "privacy": {"hostname": True, "version": True},
        "proxy": {"address": "192.0.2.80", "port": 80},
        "transport": "smart",
        "url": "default",
        "usage_interval_days": 7,
    }
    assert intent_of(merged.data).usage_interval_days == 7


def test_the_origin_of_each_key_is_known():
    assert merge_intent_data(LAYERS).origins == {
        "source_interface": "host sw1",
        "privacy.hostname": "host sw1",
        "privacy.version": "group branches",
        "proxy": "host sw1",
        "transport": "group branches",
        "url": "group branches",
        "usage_interval_days": "defaults",
    }


def test_null_leaves_alone_what_a_group_asks_for():
    merged = merge_intent_data([("host sw1", {"url": None, "privacy": None}), *LAYERS[1:]])
    assert (merged.data["url"], merged.data["privacy"]) == (None, None)
    assert intent_of(merged.data).hostname_privacy is None


def test_the_data_of_a_layer_is_not_changed():
    before = {"privacy": {"hostname": True}}
    merge_intent_data([("host sw1", {}), ("group a", before), ("defaults", {"privacy": {"version": True}})])
    assert before == {"privacy": {"hostname": True}}


def test_a_layer_that_is_no_mapping_is_named():
    with pytest.raises(IntentError, match="smart_licensing of group branches: list - expected a mapping"):
        merge_intent_data([("host sw1", None), ("group branches", ["smart"])])


@pytest.mark.parametrize(
    ("near", "merged"),
    [
        ({"transport": "off"}, {"transport": "off", "trust": True}),
        ({"transport": False}, {"transport": False, "trust": True}),
        ({"transport": "cslu"}, {"transport": "cslu", "vrf": "Mgmt-vrf", "trust": True}),
        ({"transport": "smart"}, {"transport": "smart", "url": "default", "vrf": "Mgmt-vrf", "trust": True}),
        ({"url": "default"}, {"transport": "smart", "url": "default", "vrf": "Mgmt-vrf", "trust": True}),
    ],
)
def test_a_url_goes_with_its_transport(near, merged):
    far = {"transport": "smart", "url": "default", "vrf": "Mgmt-vrf", "trust": True}
    assert merge_intent_data([("host sw1", near), ("defaults", far)]).data == merged
    intent_of(merged)
