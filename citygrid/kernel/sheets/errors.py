"""What sheets refuse as a whole; what is wrong with single cells is a `Fault`."""

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid


class UnreadableFile(Invalid):
    """`reason` in words; `kind` is a stable code."""

    code = "kernel.sheet_unreadable"
    message = _("The file cannot be read: %(reason)s")
    hint = _("Save it as .xlsx or as CSV (UTF-8) and send it again.")

    def __init__(self, kind: str, reason: str) -> None:
        self.kind = kind
        super().__init__(reason)


class NothingGood(Conflict):
    code = "kernel.sheet_nothing_to_write"
    message = _("There is nothing in this file to write.")
    hint = _("Correct the rows marked, or send a file with new or changed rows.")


class RowsWrong(Conflict):
    code = "kernel.sheet_rows_wrong"
    message = _("%(count)s rows are wrong, so none was written.")
    hint = _("Correct them in the marked file, or write the good rows alone.")


class PlanChanged(Conflict):
    code = "kernel.sheet_plan_changed"
    message = _("Records changed since this file was checked: %(keys)s")
    hint = _("Send the file again to see what it would do now.")


class ChangedSince(Conflict):
    code = "kernel.sheet_changed_since"
    message = _("This import cannot be undone: records were changed since: %(keys)s")
    hint = _("Correct these records with a further file.")


class RunSpent(Conflict):
    code = "kernel.sheet_run_spent"
    message = _("This import was written or undone already.")
    hint = _("Send the file again.")


class RunExpired(Conflict):
    code = "kernel.sheet_run_expired"
    message = _("This import is older than 24 hours.")
    hint = _("Send the file again; what it wrote is corrected by a further file.")
