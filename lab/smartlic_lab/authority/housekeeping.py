"""What CSSM does by itself: once a day it looks at everything; other things have their own time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from smartlic_lab.authority import accounting, alerts, conversions, notices, reports
from smartlic_lab.authority.models import Clock
from smartlic_lab.authority.work import Work

REVIEW_INTERVAL: Final = timedelta(days=1)


def begin(work: Work) -> None:
    """Start the daily review, a day from now, unless it goes on from before."""
    if work.session.get(Clock, 1) is None:
        work.session.add(Clock(id=1, next_review=work.now + REVIEW_INTERVAL))
        work.session.flush()


def tidy(work: Work) -> None:
    """Do all that is due beside reports: conversions, accounting periods, the daily review, summaries."""
    conversions.finish_due(work)
    accounting.close_due(work)
    clock = work.session.get_one(Clock, 1)
    if clock.next_review <= work.now:
        notices.write_notices(work, alerts.review(work))
        while clock.next_review <= work.now:
            clock.next_review += REVIEW_INTERVAL
    notices.write_summaries(work)
    work.session.flush()


def next_wakeup(work: Work) -> datetime:
    """When something is next due."""
    others = (
        reports.next_ready(work),
        conversions.next_ready(work),
        accounting.next_end(work),
        notices.next_summary(work),
    )
    review = work.session.get_one(Clock, 1).next_review
    return min(instant for instant in (review, *others) if instant is not None)
