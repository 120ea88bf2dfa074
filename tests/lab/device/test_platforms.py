from __future__ import annotations

from pathlib import Path

import pytest

from smartlic_lab.platforms import Evidence, PlatformError, families, family, release, releases
from smartlic_lab.platforms.families import read_family
from smartlic_lab.platforms.overview import overview, standing
from smartlic_lab.platforms.releases import read_release
from tests.captures import CAPTURES

ROOT = Path(__file__).parents[3]


def test_the_table_in_the_documentation_is_the_generated_one() -> None:
    assert (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8") == overview()


def test_a_family_is_verified_only_where_its_capture_exists() -> None:
    if CAPTURES is None:
        pytest.skip("the captures are not beside the repository")
    for one in families().values():
        for name, capture in one.evidence.items():
            assert name in releases()
            assert (CAPTURES / capture).is_file(), f"{one.name} {name}: {capture}"


def test_a_release_is_found_by_its_train_and_by_its_number() -> None:
    assert release("17.12") is release("17.12.4") is release("17.12.04")
    assert release("17.3") is release("17.3.3")
    assert release("16.9") is release("16.9.6")
    assert standing(family("c9350"), release("17.6")) is None
    assert standing(family("c9300"), release("16.9")) is Evidence.UNVERIFIED
    assert standing(family("ie3x00"), release("16.9")) is None
    assert standing(family("c8000v"), release("17.15")) is Evidence.VERIFIED


@pytest.mark.parametrize(("name", "later"), [("csr1000v", False), ("isrv", False), ("c1100tgx", True)])
def test_some_routers_stay_with_registration_until_17_4(name: str, later: bool) -> None:
    one, before, after = family(name), release("17.3.3"), release("17.6")
    assert before.slp
    assert not one.runs(before).slp
    assert one.supports(after.version) is later  # the virtual ones are C8000V by then
    assert one.runs(after).slp


@pytest.mark.parametrize("name", ["c9300x9", "", "C9300"])
def test_an_unknown_family_names_those_that_exist(name: str) -> None:
    with pytest.raises(PlatformError, match=r"expected one of asr1000, .*c8000v"):
        family(name)


RELEASE = {
    "name": "17.99", "version": "17.99.1a", "codename": "None", "build": "fc1", "compiled": "Tue 23-Jul-24 10:03",
    "agent": "5.10.3_rel/9", "evidence": "unverified", "source": "none",
}  # fmt: skip


def test_a_data_file_fills_a_value() -> None:
    read = read_release("x.yaml", RELEASE)
    assert (read.version, read.number, read.evidence) == ((17, 99, 1), "17.99.1a", Evidence.UNVERIFIED)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "blue"}, r"x\.yaml: unknown key 'colour'"),
        ({"name": None}, r"x\.yaml: name: None - .*string"),
        ({"slp": "perhaps"}, r"x\.yaml: slp: 'perhaps' - .*boolean"),
        ({"evidence": "seen"}, r"x\.yaml: evidence: 'seen' - "),
        ({"version": "17.9"}, r"x\.yaml: version: "),
    ],
)
def test_a_data_file_with_a_key_or_value_that_is_wrong_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(PlatformError, match=message):
        read_release("x.yaml", {**RELEASE, **change})


def test_a_data_file_that_lacks_a_key_is_refused() -> None:
    with pytest.raises(PlatformError, match=r"x\.yaml: no 'agent'"):
        read_release("x.yaml", {key: value for key, value in RELEASE.items() if key != "agent"})


def test_what_is_wrong_deep_in_a_family_is_named_by_its_path() -> None:
    data = {"models": {"C9300-24T": {"class": "24", "prots": 41}}}
    with pytest.raises(PlatformError, match=r"unknown key 'prots'|no 'name'"):
        read_family("x.yaml", data)


@pytest.mark.parametrize("one", families().values(), ids=families())
def test_every_boot_level_has_its_licences(one) -> None:
    tier = next(iter(one.throughputs.values()), None)
    classes = {model.license_class for model in one.models.values()}
    for level, addons in one.boot.levels.items():
        for name in (level, *addons):
            full = f"{name}_{tier}" if tier else name
            assert all(one.entitlement(full, klass) for klass in classes), full


@pytest.mark.parametrize("one", families().values(), ids=families())
def test_no_two_licences_of_a_family_have_the_same_tag(one) -> None:
    tags = [entitlement.tag for _, entitlement in one.entitlements]
    assert len(set(tags)) == len(tags)
