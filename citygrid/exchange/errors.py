from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Invalid, Refusal


class ProfileUnusable(Invalid):
    code = "exchange.profile_unusable"
    message = _("The profile cannot be used: %(reason)s")
    hint = _("Correct the profile; docs/administer/profiles.md explains every word.")

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(reason="; ".join(self.problems))


class FileUnreadable(Invalid):
    code = "exchange.file_unreadable"
    message = _("The file cannot be read: %(reason)s")
    hint = _("Give a CSV (also .gz), XLSX or Parquet file. What was replayed before the fault stays.")


class ColumnsMissing(Invalid):
    code = "exchange.columns_missing"
    message = _("The file has no column %(reason)s, which the profile names.")
    hint = _("Correct the names under “columns” in the profile, or give the file it was written for.")


class DistrictTaken(Invalid):
    code = "exchange.district_taken"
    message = _("District %(district)s is not one of replayed data: its calendar is %(calendar)s.")
    hint = _("Give the profile a district code of its own that no real district has.")

    def __init__(self, district: str, calendar: str) -> None:
        super().__init__(district=district, calendar=calendar)


class KeyRefused(Refusal):
    code, status = "exchange.key_refused", 403
    message = _("The api_key is missing, unknown or was taken back.")
    hint = _("Send the key that the city gave you.")


class ServiceUnknown(Refusal):
    code, status = "exchange.service_unknown", 404
    message = _("There is no service_code %(name)s.")
    hint = _("Take one of the list of services.")


class RequestUnknown(Refusal):
    code, status = "exchange.request_unknown", 404
    message = _("There is no service request %(name)s that may be shown.")


class JurisdictionUnknown(Refusal):
    code, status = "exchange.jurisdiction_unknown", 404
    message = _("There is no jurisdiction_id %(name)s.")
    hint = _("Leave it out, or give the six digits of a district.")


class PathUnknown(Refusal):
    code, status = "exchange.path_unknown", 404
    message = _("Nothing of the protocol has this address.")


class ParameterUnfit(Invalid):
    code = "exchange.parameter_unfit"
    message = _("The parameter %(name)s cannot be used: %(reason)s")

    def __init__(self, name: str, reason: object) -> None:
        super().__init__(reason=str(reason), name=name)


class ParameterMissing(Invalid):
    code = "exchange.parameter_missing"
    message = _("The parameter %(name)s is missing.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class OutsideArea(Invalid):
    code = "exchange.outside_area"
    message = _("This key reports in %(area)s only.")


class RemoteUnfit(Invalid):
    code = "exchange.remote_unfit"
    message = _("Another city needs a name, an http address, a key and the services of categories.")


class ApplicationUnfit(Invalid):
    code = "exchange.application_unfit"
    message = _("An application needs a name and whom to ask about it, and at least one call an hour.")


# Why a row is not replayed: codes of the error file. %(name)s are what the rules found.
ROW_FAULTS = {
    "row_shape": _("The row has other cells than the header names."),
    "id_missing": _("There is no id in column %(column)s."),
    "id_unreadable": _("The id is too long."),
    "id_repeated": _("A row before this one has the same id."),
    "opened_at_missing": _("There is no opening time in column %(column)s."),
    "opened_at_unreadable": _("The opening time “%(value)s” in column %(column)s cannot be read."),
    "closed_at_missing": _("The row is closed but has no closing time in column %(column)s."),
    "closed_at_unreadable": _("The closing time “%(value)s” in column %(column)s cannot be read."),
    "closed_before_opened": _("It closes at %(closed)s, before it opens at %(opened)s."),
    "due_at_unreadable": _("The due time “%(value)s” in column %(column)s cannot be read."),
    "status_missing": _("There is no status in column %(column)s."),
    "status_unknown": _("The profile does not know the status “%(value)s” in column %(column)s."),
    "category_missing": _("There is no category in column %(column)s."),
    "location_unreadable": _("“%(value)s” in column %(column)s is no coordinate."),
    "location_incomplete": _("One coordinate is there and the other, in column %(column)s, is not."),
    "location_impossible": _("“%(value)s” in column %(column)s is no place on earth."),
}


def words_of(code: str, params: dict[str, str]) -> str:
    """The words of a row's fault in the active language. KeyError for an unknown code."""
    return str(ROW_FAULTS[code]) % params
