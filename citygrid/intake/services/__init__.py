from citygrid.intake.services.contact import reveal_contact
from citygrid.intake.services.correct import correct_report
from citygrid.intake.services.decide import accept_report, join_report, refuse_report, unjoin_report
from citygrid.intake.services.focus import (
    LONGEST_NOTE,
    propose_everywhere,
    propose_focus,
    publish_focus,
    withdraw_focus,
)
from citygrid.intake.services.follow import note_case_correction, note_case_void
from citygrid.intake.services.handled import HandledIn, receive_handled
from citygrid.intake.services.past import PastReport, record_reports
from citygrid.intake.services.receive import LONGEST_DESCRIPTION, Receipt, ReportIn, receive_report
from citygrid.intake.services.visitors import MOST_PHOTOS, receive_from_visitor, receive_visitor_photo

__all__ = [
    "LONGEST_DESCRIPTION",
    "LONGEST_NOTE",
    "MOST_PHOTOS",
    "HandledIn",
    "PastReport",
    "Receipt",
    "ReportIn",
    "accept_report",
    "correct_report",
    "join_report",
    "note_case_correction",
    "note_case_void",
    "propose_everywhere",
    "propose_focus",
    "publish_focus",
    "receive_from_visitor",
    "receive_handled",
    "receive_report",
    "receive_visitor_photo",
    "record_reports",
    "refuse_report",
    "reveal_contact",
    "unjoin_report",
    "withdraw_focus",
]
