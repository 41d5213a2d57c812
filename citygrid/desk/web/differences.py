"""What differs between two versions of a procedure, in words."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from citygrid.access import queries as access
from citygrid.desk.web.words import limit_words, role_names
from citygrid.kernel.worktime import Limit
from citygrid.ui.tables import Column, Empty, Table
from citygrid.workflow.queries import Action, Difference, Procedure, differences


def difference_table(request: Any, old: Procedure, new: Procedure) -> Table:
    """States and actions that are new, gone or other, one a row."""
    columns = [
        Column(_("What"), lambda one: _("Action") if isinstance(one.part, Action) else _("State")),
        Column(_("Name"), lambda one: one.part.name),
        Column(_("Code"), lambda one: one.part.code, "code"),
        Column(_("What changes"), lambda one: _words(one, old, new)),
    ]
    caption = _("Version %(new)s compared with version %(old)s") % {"new": new.version, "old": old.version}
    empty = Empty(_("Nothing differs from version %(old)s") % {"old": old.version})
    return Table.of(request, columns, differences(old, new), caption=caption, empty=empty, id="differences")


def _words(one: Difference, old: Procedure, new: Procedure) -> str:
    if one.before is None:
        return _("Added")
    if one.after is None:
        return _("Removed")
    names = _names()
    told = []
    for field in one.changed:
        was, now = (_value(getattr(part, field), of) for part, of in ((one.before, old), (one.after, new)))
        told.append(_("%(field)s: %(was)s → %(now)s") % {"field": names.get(field, field), "was": was, "now": now})
    return "; ".join(told)


def _names() -> dict[str, str]:
    """The fields of states and actions; those of experts keep the word of the document."""
    return {
        "zh": _("Chinese name"),
        "en": _("English name"),
        "waits_for": _("Waits for"),
        "limit": _("Limit"),
        "roles": _("Who"),
        "sources": _("From state"),
        "target": _("To"),
        "needs": _("Needs"),
    }


def _value(value: Any, procedure: Procedure) -> str:
    if isinstance(value, Limit):
        return limit_words(value)
    if isinstance(value, str) or not isinstance(value, Iterable):
        return _named(str(value), procedure) if value else "–"
    return _(", ").join(_named(str(each), procedure) for each in sorted(map(str, value))) or "–"


def _named(word: str, procedure: Procedure) -> str:
    """A state or a role by its name; any other word as it is."""
    if word in procedure.states:
        return str(procedure.states[word].name)
    return role_names([word]) if word in access.roles() else word
