"""What CSSM does by itself as time passes, beside reports: conversions, accounting periods, the review, summaries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from smartlic_lab.authority import accounting, alerts, conversions, notices, reports
from smartlic_lab.authority.work import Work

REVIEW_INTERVAL: Final = timedelta(days=1)
"""How long after a change alerts are looked for, and how often at most."""


def tidy(work: Work) -> bool:
    """Finish conversions, close periods, write summaries; whether something changed that a review should see."""
    converted = conversions.finish_due(work)
    closed = accounting.close_due(work)
    notices.write_summaries(work)
    work.session.flush()
    return bool(converted or closed)


def review(work: Work) -> datetime | None:
    """Look for alerts; when the next look is needed if nothing changes until then."""
    notices.write_notices(work, alerts.review(work))
    change = alerts.next_change(work)
    return None if change is None else max(change, work.now + REVIEW_INTERVAL)


def next_wakeup(work: Work) -> datetime | None:
    """When something other than the review is next due."""
    instants = (
        reports.next_ready(work),
        conversions.next_ready(work),
        accounting.next_end(work),
        notices.next_summary(work),
    )
    return min((instant for instant in instants if instant is not None), default=None)
