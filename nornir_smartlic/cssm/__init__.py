"""Client of CSSM: accounts, tokens, licences, and the way of reports and authorizations over HTTP."""

from nornir_smartlic.cssm.access import ClientCredentials
from nornir_smartlic.cssm.client import CssmClient, new_nonce
from nornir_smartlic.cssm.newer import NewerCssmClient, client_class
from nornir_smartlic.cssm.onprem import OnPremClient
from nornir_smartlic.cssm.transfer import Endpoint, Retries, Transfer
from nornir_smartlic.cssm.values import (
    Document,
    LicenseLine,
    PollTicket,
    ProductInstance,
    Purchased,
    Refusal,
    RegistrationToken,
    Results,
    SmartAccount,
    VirtualAccountNumber,
)

__all__ = [
    "ClientCredentials",
    "CssmClient",
    "Document",
    "Endpoint",
    "LicenseLine",
    "NewerCssmClient",
    "OnPremClient",
    "PollTicket",
    "ProductInstance",
    "Purchased",
    "Refusal",
    "RegistrationToken",
    "Results",
    "Retries",
    "SmartAccount",
    "Transfer",
    "VirtualAccountNumber",
    "client_class",
    "new_nonce",
]
