"""ACK, policy, trust code, authorization code, conversion ACK and account: written, read, signed, refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files import (
    AccountInfo,
    Ack,
    AuthorizationDocument,
    AuthorizationRequestFile,
    AuthorizedLicense,
    ConversionAck,
    MemberAuthorizationRequest,
    PolicyDocument,
    RequestedKey,
    TrustCodeDocument,
    TrustRequestFile,
    is_signed,
    parse_authorization_request,
    parse_smart_license,
    parse_trust_request,
    render_authorization_request,
    render_smart_license,
    render_trust_request,
    signed,
)
from nornir_smartlic.model import CISCO_DEFAULT_POLICY, PolicyDays, PolicyOrigin
from tests.files.samples import DEVICE, JAN_1, system_info

CUSTOM = replace(
    CISCO_DEFAULT_POLICY,
    name="Custom Policy",
    enforced=replace(CISCO_DEFAULT_POLICY.enforced, first_report=PolicyDays(365, PolicyOrigin.CUSTOMER)),
)
DOCUMENTS = [
    Ack(DEVICE, JAN_1, (1, 2), "example.com", "Branches & <more>", "17"),
    PolicyDocument(CUSTOM, JAN_1, DEVICE),
    TrustCodeDocument(DEVICE, "827", JAN_1, JAN_1 + timedelta(days=2922), "example.com", "Branches"),
    AuthorizationDocument(DEVICE, "abc-def", JAN_1, (AuthorizedLicense("regid.a,1.0_x", 1, "TERM", JAN_1, JAN_1),)),
    ConversionAck(DEVICE, JAN_1, "SUCCESS"),
    AccountInfo(DEVICE, JAN_1, "example.com", "Branches"),
]


def test_documents_come_back_as_they_were_written():
    assert parse_smart_license(render_smart_license(DOCUMENTS)) == tuple(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: type(document).__name__)
def test_a_signature_holds_until_something_is_changed(document):
    (read,) = parse_smart_license(render_smart_license([signed(document, "key")]))
    assert is_signed(read, "key")
    assert not is_signed(read, "another key")
    assert not is_signed(replace(read, issued=JAN_1 + timedelta(seconds=1)), "key")
    assert not is_signed(document, "key")


def test_a_policy_may_be_the_root_itself():
    whole = render_smart_license([PolicyDocument(CUSTOM, JAN_1)])
    assert parse_smart_license(whole.splitlines()[1]) == (PolicyDocument(CUSTOM, JAN_1),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<smartLicense></smartLicense>", "is empty"),
        ("<smartLicense><other><data>{}</data></other></smartLicense>", "<other>"),
        ("<smartLicenseRumAck></smartLicenseRumAck>", "no <data>"),
        ("<smartLicenseRumAck><data>[]</data></smartLicenseRumAck>", "expected an object"),
        ("<smartLicenseRumAck><data>{}</data></smartLicenseRumAck>", "no sudi"),
        (render_smart_license(DOCUMENTS[:1]).replace('"report_ids":[1,2],', ""), "no report_ids"),
        (render_smart_license(DOCUMENTS[:1]).replace("+00:00", ""), "has no offset"),
        (render_smart_license(DOCUMENTS[1:2]).replace('"days":365', '"days":-1'), "not negative"),
    ],
)
def test_a_garbled_document_is_rejected_in_one_line(text, reason):
    with pytest.raises(FileRejected, match=reason) as caught:
        parse_smart_license(text)
    assert "\n" not in str(caught.value)


def test_request_files_come_back_as_they_were_written():
    trust = TrustRequestFile(system_info(), (DEVICE,))
    assert parse_trust_request(render_trust_request(trust)) == trust
    member = MemberAuthorizationRequest(DEVICE, (RequestedKey("regid.a,1.0_x", 2),), "1fc54c75", None)
    authorization = AuthorizationRequestFile(system_info(), (member,))
    assert parse_authorization_request(render_authorization_request(authorization)) == authorization


def test_a_request_file_of_another_kind_is_rejected():
    with pytest.raises(FileRejected, match="expected smartLicenseSystemInfo and smartLicenseTrustRequest"):
        parse_trust_request(render_smart_license(DOCUMENTS))
