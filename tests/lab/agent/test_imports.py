"""Documents of every kind by ``license smart import``: installed, printed, kept, or refused as a whole."""

from datetime import timedelta

import pytest

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.files import AccountInfo, Ack, ConversionAck, PolicyDocument, parse_usage_file
from nornir_smartlic.model import CISCO_DEFAULT_POLICY
from smartlic_lab.agent.events import FileImported, UsageSaveRequested
from tests.lab.agent.kit import JAN_1, MEMBERS, OFF, custom_policy, days, stack, text

UDI = MEMBERS[0].udi
POLICY = custom_policy(perpetual=(30, 60, 60))


def importing(*documents):
    bench = stack(settings=OFF)
    (printed,) = bench.feed(FileImported(text(*documents)))
    assert printed.text == "Import Data Successful\n"
    return bench


def test_a_policy_is_installed_for_this_device_or_for_any():
    for document in (PolicyDocument(POLICY, JAN_1, UDI), PolicyDocument(POLICY, JAN_1)):
        bench = importing(document)
        assert (bench.state.policy.name, bench.state.policy.installed) == ("Custom Policy", JAN_1)
        assert bench.reporting.next_ack_deadline == JAN_1 + days(90)


def test_the_cisco_default_takes_a_policy_away():
    bench = importing(PolicyDocument(POLICY, JAN_1))
    bench.feed(FileImported(text(PolicyDocument(CISCO_DEFAULT_POLICY, JAN_1))))
    assert bench.state.policy == CISCO_DEFAULT_POLICY
    assert bench.mnemonics()[-1] == "POLICY_REMOVED"


def test_the_account_is_shown_with_its_time():
    account = importing(AccountInfo(UDI, JAN_1, "example.com", "Branches")).state.account
    assert (account.smart_account, account.virtual_account, account.as_of) == ("example.com", "Branches", JAN_1)


def test_a_conversion_is_shown():
    assert importing(ConversionAck(UDI, JAN_1, "SUCCESS")).state.conversion.status == "SUCCESS"


def test_each_kind_has_its_group_in_the_history():
    bench = importing(ConversionAck(UDI, JAN_1, "SUCCESS"), PolicyDocument(POLICY, JAN_1), Ack(UDI, JAN_1, ()))
    groups = [name for name, messages in bench.state.history.imports if messages]
    assert groups == ["Import POLICY", "Import RUM ACK", "Import CONVERSION ACK"]


def test_a_policy_and_an_ack_in_one_file_give_the_new_deadline():
    bench = stack(settings=OFF).pass_time(days(1))
    (written,) = bench.feed(UsageSaveRequested(all=True))
    ids = tuple(report.report_id for report in parse_usage_file(written.content).reports)
    bench.feed(FileImported(text(PolicyDocument(POLICY, bench.now), Ack(UDI, bench.now, ids))))
    assert bench.reporting.next_ack_deadline == bench.now + days(60)


def test_an_ack_that_names_unknown_reports_acknowledges_what_it_can():
    bench = stack(settings=OFF).pass_time(days(1))
    bench.feed(UsageSaveRequested(all=True))
    known = bench.state.rum_reports[0].report_id
    bench.feed(FileImported(text(Ack(UDI, bench.now, (known, 4242)))))
    assert bench.state.report_summary.acknowledged == 1


def test_a_file_with_one_bad_document_changes_nothing():
    bench = stack(settings=OFF).pass_time(timedelta(minutes=5))
    before = bench.agent.stored()
    whole = text(PolicyDocument(POLICY, JAN_1), Ack(UDI, JAN_1, (1,))).replace('"report_ids":[1]', '"report_ids":[2]')
    with pytest.raises(IllegalEvent, match="Signature Verification failed"):
        bench.feed(FileImported(whole))
    assert bench.agent.stored() == before
