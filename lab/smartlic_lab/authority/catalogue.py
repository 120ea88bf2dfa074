"""What Cisco sells: the licences that CSSM knows by their entitlement tags."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select

from nornir_smartlic.model import EnforcementType, Entitlement, LicenseType
from smartlic_lab.authority.errors import NotFound
from smartlic_lab.authority.models import License
from smartlic_lab.authority.work import Work


def add_licenses(work: Work, entitlements: Iterable[Entitlement]) -> None:
    """Know these licences, or know them better; all at once, a catalogue has hundreds."""
    known = {license.tag: license for license in work.session.scalars(select(License))}
    for entitlement in entitlements:
        license = known.get(entitlement.tag)
        if license is None:
            known[entitlement.tag] = license = License(tag=entitlement.tag)
            work.session.add(license)
        license.name = entitlement.name
        license.display = entitlement.display
        license.subscription = entitlement.license_type is LicenseType.SUBSCRIPTION
        license.enforced = entitlement.enforcement is EnforcementType.ENFORCED
        license.export_restricted = entitlement.enforcement is EnforcementType.EXPORT_RESTRICTED
    work.session.flush()


def license_of_tag(work: Work, tag: str) -> License:
    """The licence with this tag; one that nobody named before is named by its tag.

    Subscriptions have "dna" in the tag, export-controlled ones "hsec": a guess that `add_licenses` corrects.
    """
    known = work.session.get(License, tag)
    if known is None:
        found = re.fullmatch(r"regid\.\d{4}-\d{2}\.com\.cisco\.([^,]+),.*", tag)
        name = found[1] if found else tag
        folded = name.lower()
        known = License(
            tag=tag,
            name=name,
            display=name.replace("_", " "),
            subscription="dna" in folded,
            export_restricted="hsec" in folded,
        )
        work.session.add(known)
        work.session.flush()
    return known


def find_license(work: Work, name: str) -> License:
    """The licence with this tag, display name or feature name; raises `NotFound`."""
    for column in (License.tag, License.display, License.name):
        found = work.session.scalars(select(License).where(column == name).order_by(License.tag).limit(1)).first()
        if found is not None:
            return found
    raise NotFound(f"there is no licence {name!r}")
