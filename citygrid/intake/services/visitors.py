"""Reports of people who do not sign in: the platform takes them down for them, and the audit trail says so."""

from dataclasses import replace
from datetime import datetime
from typing import IO
from uuid import UUID

from citygrid.cases.choices import Source
from citygrid.evidence import services as evidence
from citygrid.intake.services.receive import Receipt, ReportIn, receive_report
from citygrid.kernel.actor import system_actor

VISITOR = "portal"  # who acts, in the audit trail
MOST_PHOTOS = 3


def receive_visitor_photo(*, content: IO[bytes], filename: str, now: datetime) -> UUID:
    """Take a photo from somebody who does not sign in, as `evidence.receive_photo` does; returns its id.

    The caller keeps the id from everybody else (signed) until it comes with a report, and counts who sends how many.
    """
    actor = system_actor(VISITOR)
    return evidence.receive_photo(content=content, filename=filename, actor=actor, now=now).pk


def receive_from_visitor(*, report: ReportIn, key: str, now: datetime) -> Receipt:
    """Store a report of somebody who does not sign in, as `receive_report` does.

    Its channel is the internet, whatever it says; its photos are those that `receive_visitor_photo` answered with.
    The caller counts who sends how many (`kernel.limits`).
    """
    told = replace(report, channel=Source.INTERNET, photos=report.photos[:MOST_PHOTOS])
    return receive_report(report=told, key=key, actor=system_actor(VISITOR), now=now)
