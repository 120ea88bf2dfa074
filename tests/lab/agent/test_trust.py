"""Trust codes: installed, refused, forced, per member, renewed, expired."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.files import Ack, TrustCodeDocument, parse_trust_request
from nornir_smartlic.model import Member, Role, Secret, Udi
from smartlic_lab.agent.events import FileImported, MembersChanged, Scope, TrustRequested, TrustRequestSaveRequested
from smartlic_lab.agent.trust import RENEWAL_LEAD
from smartlic_lab.world.wire import MessageKind
from tests.lab.agent.kit import CSLU, JAN_1, MEMBERS, OFF, custom_policy, days, profile, stack, text

MINUTES_10 = timedelta(minutes=10)


def lines(bench, mnemonic):
    return [log.text for _, log in bench.logged if log.mnemonic == mnemonic]


def test_every_member_gets_a_trust_code_with_all():
    bench = stack().trusted()
    assert [code.member for code in bench.state.trust_codes] == list(MEMBERS)
    assert lines(bench, "TRUST_CODE_INSTALL_SUCCESS")[0] == (
        "A new licensing trust code was successfully installed on PID:C9300-24T,SN:FOC00000001."
    )
    assert bench.state.tech_support.communication_level == "DIRECT"
    assert dict(bench.state.tech_support.other)["Overall Trust"] == "INSTALLED (2)"


def test_local_gives_the_active_member_one_alone():
    bench = stack()
    bench.feed(TrustRequested(Secret("good"), Scope.LOCAL))
    assert [code.installed is not None for code in bench.state.trust_codes] == [True, False, False]
    assert bench.state.tech_support.trust_lines[1] == ("P:C9300-24T,S:FOC00000002", "No Trust Data")


def test_trust_brings_the_policy_and_the_accounts():
    bench = stack()
    bench.far_end.policy = custom_policy(perpetual=(30, 60, 60))
    bench.trusted()
    assert (bench.state.policy.name, bench.state.policy.installed) == ("Custom Policy", JAN_1)
    assert bench.state.account.smart_account == "example.com"
    assert lines(bench, "POLICY_INSTALL_SUCCESS") == ["A new licensing policy was successfully installed."]


def test_a_policy_that_is_in_use_already_keeps_its_time():
    bench = stack()
    bench.far_end.policy = custom_policy(perpetual=(30, 60, 60))
    bench.trusted().pass_time(days(40))
    assert bench.state.policy.installed == JAN_1
    bench.far_end.policy = replace(custom_policy(), name=None)
    bench.pass_time(days(40))
    assert (bench.state.policy.installed, lines(bench, "POLICY_REMOVED")) == (
        None,
        ["The licensing policy has been removed."],
    )


@pytest.mark.parametrize("reason", ["The token is used up", "Timestamp mismatch: the clocks are too far apart"])
def test_a_refusal_is_logged_with_its_reason(reason):
    bench = stack()
    bench.far_end.refuses[MessageKind.TRUST_ESTABLISHMENT] = reason
    bench.trusted()
    assert lines(bench, "TRUST_CODE_INSTALL_FAILED") == [
        f"The install of a new licensing trust code has failed on PID:C9300-24T,SN:FOC00000001: {reason}."
    ]
    assert bench.statistic(MessageKind.TRUST_ESTABLISHMENT).failure_reason == reason
    assert bench.state.trust_codes == ()


def test_a_second_trust_needs_force():
    bench = stack().trusted().pass_time(days(1))
    before = bench.agent.stored()
    with pytest.raises(IllegalEvent, match="The agent is already registered"):
        bench.trusted()
    assert bench.agent.stored() == before
    bench.feed(TrustRequested(Secret("good"), Scope.ALL, force=True))
    assert {code.installed for code in bench.state.trust_codes} == {bench.now}


def test_a_forced_trust_that_is_refused_leaves_the_old_one():
    bench = stack().trusted().pass_time(days(1))
    bench.far_end.refuses[MessageKind.TRUST_ESTABLISHMENT] = "The token is used up"
    bench.feed(TrustRequested(Secret("bad"), Scope.ALL, force=True))
    assert {code.installed for code in bench.state.trust_codes} == {JAN_1}


def test_trust_is_refused_with_transport_off():
    with pytest.raises(IllegalEvent, match="The transport type needed is not configured"):
        stack(settings=OFF).trusted()


def test_agent_6_prints_type_and_validity():
    """Source: show-license-all/genie-c9350-stack3-agent6.3.10-smart-trustcode-type.txt."""
    new = stack(of=profile((17, 18, 1), "6.3.10/58086906e")).trusted().state.trust_codes[0]
    assert (new.type, new.valid, new.expires) == ("CSSM", JAN_1, JAN_1 + days(2922))
    old = stack().trusted().state.trust_codes[0]
    assert (old.type, old.valid, old.expires) == (None, None, None)


def test_a_standalone_device_prints_no_member():
    bench = stack(members=MEMBERS[:1], of=profile(standalone=True)).trusted()
    assert [code.member for code in bench.state.trust_codes] == [None]
    assert bench.state.members is None
    assert bench.state.tech_support.trust_lines[0][0] == "Local Device"


def test_a_trust_request_is_saved_for_all_members_and_its_answer_imported():
    bench = stack(settings=OFF)
    (written,) = bench.feed(TrustRequestSaveRequested())
    udis = parse_trust_request(written.content).members
    assert udis == tuple(member.udi for member in MEMBERS)
    codes = [TrustCodeDocument(udi, "1", JAN_1, JAN_1 + days(2922), "example.com", "Branches") for udi in udis]
    bench.feed(FileImported(text(*codes)))
    assert all(code.installed for code in bench.state.trust_codes)


def test_a_trust_code_of_another_device_is_refused_and_nothing_changes():
    bench = stack(settings=OFF)
    before = bench.agent.stored()
    own = TrustCodeDocument(MEMBERS[0].udi, "1", JAN_1, JAN_1 + days(1))
    foreign = replace(own, udi=Udi("C9300-24T", "FOC99999999"))
    with pytest.raises(IllegalEvent, match="Bad input parameter"):
        bench.feed(FileImported(text(own, foreign)))
    assert bench.agent.stored() == before


@pytest.mark.parametrize("spoilt", ["", "garbage", "<smartLicense/>"])
def test_a_garbled_file_is_refused(spoilt):
    with pytest.raises(IllegalEvent, match="Bad input parameter"):
        stack(settings=OFF).feed(FileImported(spoilt))


def test_a_file_that_cssm_did_not_sign_is_refused():
    forged = text(TrustCodeDocument(MEMBERS[0].udi, "1", JAN_1, JAN_1 + days(1))).replace(
        '"trust_id":"1"', '"trust_id":"2"'
    )
    with pytest.raises(IllegalEvent, match="Signature Verification failed"):
        stack(settings=OFF).feed(FileImported(forged))


def test_a_member_that_joins_has_no_trust_until_it_is_asked_for():
    bench = stack(members=MEMBERS[:2]).trusted()
    bench.feed(MembersChanged(MEMBERS))
    assert [code.installed is not None for code in bench.state.trust_codes] == [True, True, False]
    bench.feed(TrustRequested(Secret("good"), Scope.ALL, force=True))
    assert all(code.installed for code in bench.state.trust_codes)


def test_the_new_active_has_its_own_trust_after_a_switchover():
    bench = stack().trusted().pass_time(MINUTES_10)
    standby, active = replace(MEMBERS[1], role=Role.ACTIVE), replace(MEMBERS[0], role=Role.STANDBY)
    bench.feed(MembersChanged((active, standby, MEMBERS[2])))
    bench.pass_time(days(31))
    last = bench.far_end.messages[-1]
    assert (last.udi, last.trust_id) == (MEMBERS[1].udi, "827")
    assert bench.state.report_summary.acknowledged > 0


def test_trust_is_renewed_before_it_ends():
    bench = stack()
    bench.feed(FileImported(text(*(TrustCodeDocument(m.udi, "1", JAN_1, JAN_1 + days(365)) for m in MEMBERS))))
    bench.far_end.renews_trust_for = days(2922)
    bench.pass_time(days(365) - RENEWAL_LEAD + days(1))
    assert all(line.endswith("TrustId:828") for _, line in bench.state.tech_support.trust_lines)
    assert bench.pass_time(days(300)).state.trust_codes[0].installed is not None


def test_trust_that_nobody_renews_expires_and_ends_direct_communication():
    bench = stack()
    bench.feed(FileImported(text(*(TrustCodeDocument(m.udi, "1", JAN_1, JAN_1 + days(365)) for m in MEMBERS))))
    bench.pass_time(days(366))
    assert bench.state.trust_codes == ()
    assert bench.state.tech_support.communication_level == "INDIRECT"


def test_a_chassis_prints_its_trust_for_both_supervisors():
    chassis = Udi("C9410R", "FXS00000001")
    bench = stack(members=(Member(Role.ACTIVE, chassis), Member(Role.STANDBY, chassis))).trusted()
    assert len(bench.state.tech_support.trust_lines) == 2


def test_an_active_without_a_trust_code_reports_nothing_until_it_gets_one():
    """Source: policy.md sections 4 and 7: bound to the UDI, and ``all`` avoids a gap after a switchover."""
    bench = stack()
    bench.feed(TrustRequested(Secret("good"), Scope.LOCAL))
    bench.pass_time(days(1))
    active, standby, member = MEMBERS
    bench.feed(MembersChanged((replace(standby, role=Role.ACTIVE), replace(active, role=Role.STANDBY), member)))
    before = len(bench.far_end.messages)
    bench.pass_time(days(40))
    assert len(bench.far_end.messages) == before
    assert bench.state.tech_support.communication_level == "INDIRECT"
    bench.feed(TrustRequested(Secret("good"), Scope.LOCAL))  # it has none, so no force is needed
    bench.pass_time(MINUTES_10)
    assert bench.state.tech_support.communication_level == "DIRECT"
    assert bench.reporting.last_ack == bench.reporting.last_report_push + timedelta(minutes=5)
    with pytest.raises(IllegalEvent, match="already registered"):
        bench.feed(TrustRequested(Secret("good"), Scope.LOCAL))
    bench.feed(TrustRequested(Secret("good"), Scope.ALL))  # the third member has none yet
    assert all(code.installed for code in bench.state.trust_codes)


def test_an_active_without_a_trust_code_gets_it_over_cslu():
    """Source: policy.md section 4: from 17.7.1 on without a token (unverified)."""
    bench = stack(settings=CSLU)
    bench.pass_time(MINUTES_10)
    others = tuple(Member(member.role, Udi("C9300-24T", f"FOC1000000{at}")) for at, member in enumerate(MEMBERS))
    bench.feed(MembersChanged(others))
    bench.pass_time(days(31))
    assert all(code.installed for code in bench.state.trust_codes)


def test_the_history_shows_what_was_imported_and_no_code():
    """Source: outputs.md section 9; the shape of the content is unverified."""
    bench = stack()
    code = TrustCodeDocument(MEMBERS[0].udi, "8271", JAN_1, JAN_1 + days(2922))
    bench.feed(FileImported(text(Ack(MEMBERS[0].udi, JAN_1, (7, 8)), code)))
    imports = {name: [one.text for one in messages] for name, messages in bench.state.history.imports}
    assert '"report_ids":[7,8]' in imports["Import RUM ACK"][0]
    assert f'"udi":"{MEMBERS[0].udi}"' in imports["Import TRUST CODE"][0]
    assert "8271" not in imports["Import TRUST CODE"][0]
