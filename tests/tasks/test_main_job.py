"""The main job by tasks alone, on a device of the lab in memory."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nornir_smartlic.errors import CommandRefused, FileRejected, IntentError, Refused, StoreError
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.configuring import Safety
from nornir_smartlic.operations.conversation import Configure, Exec, Put, Save, Show, Wait
from nornir_smartlic.operations.syncing import SYNC_PATIENCE
from nornir_smartlic.tasks import (
    collect_usage_reports,
    configure_licensing,
    establish_trust,
    import_files,
    read_licensing,
    sync_usage,
    verify_compliance,
)
from tests.memory import NAME_SERVER, PASSWORD, TOKEN, WANTED, MemoryLab, memory_lab, one, switch

AIR_GAPPED = {"transport": "off"}


@pytest.fixture
def lab() -> MemoryLab:
    return memory_lab(switch(members=2))


def changes(lab: MemoryLab) -> list[Any]:
    return [request for request in lab.asked if not isinstance(request, Show | Wait)]


def configured(lab: MemoryLab, wanted: dict[str, Any] = WANTED):
    nornir = lab.nornir({"sw1": wanted})
    one(nornir.run(configure_licensing))
    lab.asked.clear()
    return nornir


def test_a_device_of_which_nobody_knows_anything_becomes_compliant(lab: MemoryLab):
    nornir = lab.nornir({"sw1": WANTED})
    assert not one(nornir.run(verify_compliance)).result.is_compliant
    assert one(nornir.run(configure_licensing)).changed
    assert one(nornir.run(establish_trust, token=TOKEN)).result.untrusted == ()
    assert one(nornir.run(sync_usage)).result.acknowledged
    assert one(nornir.run(verify_compliance)).result.is_compliant


def test_plan_and_apply_and_plan_again_gives_nothing(lab: MemoryLab):
    nornir = lab.nornir({"sw1": WANTED})
    planned = one(nornir.run(configure_licensing, dry_run=True))
    assert changes(lab) == []
    applied = one(nornir.run(configure_licensing))
    assert (applied.diff, applied.changed) == (planned.diff, planned.changed) == (str(applied.result), True)
    again = one(nornir.run(configure_licensing))
    assert (again.diff, again.changed) == ("", False)


def test_what_was_applied_outlives_a_reload(lab: MemoryLab):
    configured(lab)
    device = lab.devices["sw1"]
    with lab.world.at("sw1") as now:
        device.reload(now)
    lab.world.advance(device.next_wakeup() - lab.world.clock.now())
    assert one(lab.nornir({"sw1": WANTED}).run(configure_licensing)).result.is_empty


def test_reading_takes_seven_questions_and_changes_nothing(lab: MemoryLab):
    reading = one(lab.nornir().run(read_licensing))
    assert [type(request) for request in lab.asked] == [Show] * 7
    assert not reading.changed
    assert reading.result.unparsed == ()


def test_trust_asked_for_twice_is_asked_for_once(lab: MemoryLab):
    nornir = configured(lab)
    assert one(nornir.run(establish_trust, token=TOKEN)).changed
    lab.asked.clear()
    again = one(nornir.run(establish_trust, token=TOKEN))
    assert (again.changed, changes(lab)) == (False, [])


def test_a_used_up_token_is_named_as_the_reason(lab: MemoryLab):
    lab.add(switch("sw2"))
    nornir = lab.nornir({"sw1": WANTED, "sw2": WANTED})
    nornir.run(configure_licensing)
    text = lab.cssm.add_token("example.com", "Branches", max_uses=1)
    results = nornir.run(establish_trust, token=Secret(text))
    assert results["sw1"].result.untrusted == ()
    assert isinstance(results["sw2"].exception, Refused)
    assert "token" in results["sw2"].exception.reason.lower()


def test_a_device_that_finds_no_name_server_says_so(lab: MemoryLab):
    nornir = configured(lab, {"transport": "smart", "url": "default"})
    with pytest.raises(Refused, match="Unable to resolve server hostname/domain name"):
        one(nornir.run(establish_trust, token=TOKEN))


def test_reports_of_an_air_gapped_device_go_by_file_and_come_back_acknowledged(lab: MemoryLab, tmp_path: Path):
    nornir = configured(lab, AIR_GAPPED)
    assert one(nornir.run(sync_usage)).result.not_applicable.startswith("transport is off")
    lab.world.advance(timedelta(hours=1))
    collected = one(nornir.run(collect_usage_reports, directory=tmp_path / "usage")).result
    assert collected.report_count > 0
    assert not any("smartlic" in name for name in lab.devices["sw1"].list_files())
    upload = lab.cssm.submit_usage_file(
        collected.path.read_bytes(), domain="example.com", virtual_account="Branches", now=lab.world.clock.now()
    )
    lab.world.advance(lab.cssm.processing_time * 2)
    (tmp_path / "ack.txt").write_bytes(lab.cssm.acknowledgement(upload, lab.world.clock.now()).content)
    outcome = one(nornir.run(import_files, paths=[tmp_path / "ack.txt"])).result
    assert outcome.last_ack is not None
    assert not any("smartlic" in name for name in lab.devices["sw1"].list_files())


def test_a_full_disk_is_one_line_and_leaves_the_reports_on_the_device(
    lab: MemoryLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    nornir = configured(lab, AIR_GAPPED)
    lab.world.advance(timedelta(hours=1))
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StoreError, match="No space left on device"):
            one(nornir.run(collect_usage_reports, directory=tmp_path))
    assert list(tmp_path.iterdir()) == []
    nornir.data.reset_failed_hosts()
    assert one(nornir.run(collect_usage_reports, directory=tmp_path)).result.report_count > 0


def test_a_file_of_no_use_is_refused_before_the_device_is_asked(lab: MemoryLab, tmp_path: Path):
    (tmp_path / "ack.txt").write_text("hello")
    with pytest.raises(FileRejected, match=r"ack\.txt"):
        one(lab.nornir().run(import_files, paths=[tmp_path]))
    assert lab.asked == []


def test_an_inconsistent_inventory_is_one_line_and_asks_nobody(lab: MemoryLab):
    with pytest.raises(IntentError, match=r"smart_licensing\.transprot: unknown key"):
        one(lab.nornir({"sw1": {"transprot": "smart"}}).run(configure_licensing))
    assert lab.asked == []


def test_a_refused_line_leaves_the_device_as_it_was(lab: MemoryLab):
    before = lab.devices["sw1"].running_text()
    nornir = lab.nornir({"sw1": {**WANTED, "customer_tags": {"tag2": "two words"}}})
    with pytest.raises(CommandRefused, match="what was sent before it has been taken back"):
        one(nornir.run(configure_licensing))
    assert lab.devices["sw1"].running_text() == before
    assert not any(isinstance(request, Save) for request in lab.asked)


def test_a_push_that_cuts_the_device_off_is_taken_back_as_a_unit(lab: MemoryLab):
    nornir = configured(lab)
    one(nornir.run(establish_trust, token=TOKEN))
    before, startup = lab.devices["sw1"].running_text(), lab.devices["sw1"].startup
    cut_off = {**WANTED, "name_servers": ["192.0.2.99"], "url": "https://onprem.example.com/SmartTransport"}
    with pytest.raises(Refused, match=r"does not reach its receiver any more: .* has been taken back"):
        one(lab.nornir({"sw1": cut_off}).run(configure_licensing, safety=Safety(confirm=SYNC_PATIENCE)))
    assert lab.devices["sw1"].running_text() == before
    assert lab.devices["sw1"].startup == startup


def test_a_push_that_keeps_the_way_open_is_confirmed_by_a_report(lab: MemoryLab):
    nornir = configured(lab)
    one(nornir.run(establish_trust, token=TOKEN))
    other = {**WANTED, "name_servers": [NAME_SERVER, "192.0.2.54"]}
    result = one(lab.nornir({"sw1": other}).run(configure_licensing, safety=Safety(confirm=SYNC_PATIENCE))).result
    assert result.warnings == ()
    assert Exec("license smart sync local") in lab.asked


def test_a_way_that_nobody_can_try_is_a_warning(lab: MemoryLab):
    result = one(
        lab.nornir({"sw1": {**WANTED, "trust": None}}).run(configure_licensing, safety=Safety(confirm=SYNC_PATIENCE))
    ).result
    assert "whether it works is not known" in result.warnings[0]


def test_a_legacy_device_says_why_nothing_applies(tmp_path: Path):
    lab = memory_lab(switch(release="16.12"))
    nornir = lab.nornir({"sw1": {"trust": True}})
    runs = [
        nornir.run(configure_licensing),
        nornir.run(establish_trust, token=TOKEN),
        nornir.run(sync_usage),
        nornir.run(collect_usage_reports, directory=tmp_path),
        nornir.run(import_files, paths=[]),
    ]
    for run in runs:
        assert "Smart Licensing Using Policy starts with 17.3.2" in one(run).result.not_applicable
    assert changes(lab) == []


def test_no_secret_is_in_any_result_log_or_exception(lab: MemoryLab, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    nornir = configured(lab)
    results = [nornir.run(establish_trust, token=TOKEN), nornir.run(establish_trust, token=TOKEN, force=True)]
    lab.world.add_fault("cssm", "unreachable")
    results.append(nornir.run(establish_trust, token=TOKEN, force=True))
    said = caplog.text + repr(lab.asked)
    for result in results:
        for each in result["sw1"]:
            said += "".join(map(str, (each, each.result, each.diff, each.exception, each.exception and repr(each))))
    for secret in (TOKEN, PASSWORD):
        assert secret.reveal() not in said


def test_the_token_is_typed_once_and_in_its_place(lab: MemoryLab):
    nornir = configured(lab)
    one(nornir.run(establish_trust, token=TOKEN))
    (sent,) = changes(lab)
    assert sent == Exec("license smart trust idtoken {secret} all", secrets=(TOKEN,))
    assert not any(isinstance(request, Configure | Put) for request in lab.asked)
