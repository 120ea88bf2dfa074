"""Trust: asked for where it is missing, waited for, and explained where it fails."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nornir_smartlic.errors import Refused, TimedOut, UsageError
from nornir_smartlic.model import Account, Secret
from nornir_smartlic.operations.conversation import Exec
from nornir_smartlic.operations.licensing_log import SHOW_LOG
from nornir_smartlic.operations.trusting import establish_trust
from nornir_smartlic.operations.waiting import Patience
from tests.operations.scripts import PaperDevice, Said, run
from tests.operations.texts import SMART, license_all, license_status

TOKEN = Secret("ZmFrZS10b2tlbi1mb3ItdGVzdHM")
TRUSTED = "Jan 01 12:00:00 2026 UTC"
BEFORE = "Dec 31 23:00:00.000: %SMART_LIC-6-AGENT_READY: Smart Agent for Licensing is initialized"
COMM_FAILED = (
    "Jan  1 12:00:09.000: %SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software Manager (CSSM)"
    " : Unable to resolve server hostname/domain name"
)
EXPIRED = (
    "Jan  1 12:00:03.000: %SMART_LIC-3-TRUST_CODE_INSTALL_FAILED: The install of a new licensing trust code has failed"
    " on PID:C9300-24T,SN:FOC00000001: The token has expired."
)


def device(**answers: Said | list[Said]) -> PaperDevice:
    script: dict[str, Said | list[Said]] = {
        "show license all": [license_all(transport=SMART), license_all(transport=SMART, trust=TRUSTED)],
        "show license status": license_status(transport=SMART),
        SHOW_LOG: BEFORE,
    }
    return PaperDevice(
        script | {key.replace("_", " ") if key.isidentifier() else key: said for key, said in answers.items()}
    )


def test_trust_is_asked_for_and_waited_for():
    switch = device(show_license_status=[license_status(transport=SMART), license_status(trust=TRUSTED)])
    outcome = run(establish_trust(TOKEN), switch)
    assert outcome.needed
    assert outcome.requested
    assert outcome.untrusted == ()
    assert outcome.waited == timedelta(seconds=5)


WANTED = Account("Example Networks", "Branches")
ELSEWHERE = "  Smart Account: Example Networks As of Jan 01 12:00:00 2026 UTC\n  Virtual Account: Headquarters"


def elsewhere(text: str) -> str:
    return text.replace("  Smart Account: <none>\n  Virtual Account: <none>", ELSEWHERE)


def test_trust_with_another_account_is_not_done():
    switch = device(show_license_status=elsewhere(license_status(transport=SMART, trust=TRUSTED)))
    with pytest.raises(Refused, match="is in Example Networks / Headquarters, wanted is Example Networks / Branches"):
        run(establish_trust(TOKEN, wanted=WANTED), switch)


def test_a_device_that_is_trusted_elsewhere_says_so():
    switch = device(show_license_all=elsewhere(license_all(transport=SMART, trust=TRUSTED)))
    outcome = run(establish_trust(TOKEN, wanted=WANTED), switch)
    assert "wanted is Example Networks / Branches" in outcome.other_account
    assert run(establish_trust(TOKEN, wanted=Account(None, "headquarters")), switch).other_account is None
    assert switch.sent == []


def test_a_plain_text_is_no_token():
    switch = device()
    with pytest.raises(UsageError, match="token: str - expected a Secret") as refused:
        run(establish_trust("dG9rZW4tdGhhdC1zaG93cw"), switch)
    assert "dG9rZW4" not in str(refused.value)
    assert switch.asked == []


def test_a_router_of_a_controller_is_left_to_it():
    switch = device(**{"show version | include Controller-Managed": "Router operating mode: Controller-Managed\n"})
    assert run(establish_trust(TOKEN), switch).not_applicable == "licensing belongs to the controller"
    assert switch.sent == []


def test_the_token_is_nowhere_but_in_its_place():
    switch = device(show_license_status=license_status(trust=TRUSTED))
    outcome = run(establish_trust(TOKEN, force=True), switch)
    assert [r for r in switch.asked if isinstance(r, Exec)] == [
        Exec("license smart trust idtoken {secret} all force", secrets=(TOKEN,))
    ]
    assert TOKEN.reveal() not in repr((outcome, switch.asked))


def test_a_trusted_device_is_left_alone():
    switch = device(show_license_all=license_all(transport=SMART, trust=TRUSTED))
    outcome = run(establish_trust(TOKEN), switch)
    assert not outcome.needed
    assert switch.sent == []


def test_force_asks_again_and_waits_for_a_new_trust_code():
    later = "Jan 01 13:00:00 2026 UTC"
    switch = device(
        show_license_all=[license_all(transport=SMART, trust=TRUSTED), license_all(transport=SMART, trust=later)],
        show_license_status=[license_status(trust=TRUSTED), license_status(trust=later)],
    )
    outcome = run(establish_trust(TOKEN, force=True), switch)
    assert outcome.waited == timedelta(seconds=5)


def test_a_dry_run_says_who_is_without_trust():
    switch = device()
    outcome = run(establish_trust(TOKEN, commit=False), switch)
    assert outcome.needed
    assert not outcome.requested
    assert [str(udi) for udi in outcome.untrusted] == ["PID:C9300-24T,SN:FOC00000001"]
    assert switch.sent == []


def test_a_failed_installation_is_named_by_its_reason():
    switch = device(**{SHOW_LOG: [BEFORE, f"{BEFORE}\n{EXPIRED}"]})
    with pytest.raises(Refused) as caught:
        run(establish_trust(TOKEN), switch)
    assert caught.value.reason == "The token has expired"


def test_a_failed_communication_counts_when_it_stays():
    switch = device(**{SHOW_LOG: [BEFORE, BEFORE, f"{BEFORE}\n{COMM_FAILED}"]})
    with pytest.raises(Refused, match="did not come: Unable to resolve server hostname/domain name"):
        run(establish_trust(TOKEN), switch)


def test_an_old_failure_in_the_log_is_not_ours():
    switch = device(**{SHOW_LOG: EXPIRED, "show license status": [license_status(), license_status(trust=TRUSTED)]})
    assert run(establish_trust(TOKEN), switch).requested


def test_what_the_device_prints_to_the_command_is_a_refusal():
    switch = device(**{"license smart trust": "The agent is already registered\n"})
    with pytest.raises(Refused, match="not requested: The agent is already registered"):
        run(establish_trust(TOKEN), switch)


def test_nothing_in_time_is_a_time_out():
    patience = Patience(timedelta(seconds=30))
    with pytest.raises(TimedOut, match="the trust code did not come within 30 s"):
        run(establish_trust(TOKEN, patience=patience), device())


@pytest.mark.parametrize(
    ("transport", "why"),
    [("  Type: Transport Off", "transport is off: trust comes by file"), ("  Type: cslu", "transport is cslu")],
)
def test_trust_by_token_needs_a_direct_transport(transport: str, why: str):
    if "cslu" in transport:
        transport += "\n    Cslu address: <empty>"
    switch = device(show_license_all=license_all(transport=transport))
    outcome = run(establish_trust(TOKEN), switch)
    assert outcome.not_applicable is not None
    assert outcome.not_applicable.startswith(why)
    assert switch.sent == []
