"""What differs between releases in the agent's behaviour; what they print differently stands in the show templates."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, TypeAlias

Release: TypeAlias = tuple[int, int, int]

FIRST_SLP: Final[Release] = (17, 3, 2)


def uses_policy(release: Release) -> bool:
    """Smart Licensing Using Policy, instead of registration. Source: reference/cli.md section 1."""
    return release >= FIRST_SLP


def registers_again(release: Release) -> bool:
    """A standalone device that comes back from SLP registers by itself: on 17.3.1, 16.12.4, 16.9.6 and later.

    Source: Catalyst 9400 17.4 guide, page 127.
    """
    if release[:2] == (16, 9):
        return release >= (16, 9, 6)
    if release[:2] == (16, 12):
        return release >= (16, 12, 4)
    return release >= (17, 3, 1)


def trusts_over_cslu(release: Release) -> bool:
    """CSLU and On-Prem give a trust code without a token on first contact: 17.7.1, unverified (policy.md section 4)."""
    return release >= (17, 7, 1)


def payload_version_2(release: Release) -> bool:
    """Payload ``"version":"2.0"``: seen in 17.9.2, inferred from 17.8.1 (cli.md section 1)."""
    return release >= (17, 8, 1)


def names_the_instance(release: Release) -> bool:
    """``product_instance_identifier`` in payloads: from 17.11 (reports.md section 1.2)."""
    return release >= (17, 11, 0)


def keeps_every_report(release: Release) -> bool:
    """FN72578: acknowledged reports are never cleaned on 17.3.2a to 17.7.1; fixed in 17.3.7, 17.6.5, 17.9.1."""
    train = release[:2]
    fixed_in = {(17, 3): 7, (17, 6): 5}.get(train)
    if fixed_in is not None:
        return uses_policy(release) and release[2] < fixed_in
    return (17, 3) < train <= (17, 7)


def stops_calls(release: Release) -> bool:
    """CUBE and SRST stop at a passed deadline. Source: policy.md section 5: 17.3.2 to 17.3.4a, 17.4, 17.5, 17.6.1a."""
    return (17, 3, 2) <= release <= (17, 3, 4) or release[:2] in ((17, 4), (17, 5)) or release == (17, 6, 1)


MEASUREMENT_INTERVAL: Final = timedelta(minutes=15)


def agent_number(agent_version: str) -> tuple[int, ...]:
    """``5.11.3_rel/76`` -> (5, 11, 3)."""
    numbers = agent_version.split("_")[0].split("/")[0].split(".")
    return tuple(int(number) for number in numbers if number.isdigit())
