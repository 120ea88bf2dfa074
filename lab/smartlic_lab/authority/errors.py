"""Why an authority says no. Each refusal knows its HTTP status; its text is what the client reads."""

from __future__ import annotations

from typing import ClassVar

from nornir_smartlic.errors import SmartLicError


class Refusal(SmartLicError):
    """Asked for something that the authority does not do; nothing has changed."""

    status: ClassVar[int] = 400


class NotSignedIn(Refusal):
    """No access token, or one that is unknown or over."""

    status = 401


class NotAllowed(Refusal):
    """The role does not give this right here. The same is said of accounts that do not exist, so that none is found."""

    status = 403


class NotFound(Refusal):
    """There is no such thing in an account that one may see."""

    status = 404


class Conflict(Refusal):
    """The state of things does not allow it: a name that is taken, an account that is not empty."""

    status = 409
