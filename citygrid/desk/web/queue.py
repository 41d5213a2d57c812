"""A list to work through: what stands for its cases in a form, and where one goes on to."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.http import url_has_allowed_host_and_scheme

from citygrid.ui.tables import query_with


def row_of(case: Any) -> str:
    """What stands for a case in a form about many: its number, and the length of the history that was shown."""
    return f"{case.number}|{case.head_seq}"


def following(keys: Sequence[str], key: str) -> str | None:
    """The one after this in the list, else the one before it; None when it stands alone."""
    if key not in keys:
        return keys[0] if keys else None
    at = keys.index(key)
    others = [*keys[at + 1 : at + 2], *keys[max(at - 1, 0) : at]]
    return others[0] if others else None


def onwards(request: Any, keys: Sequence[str], key: str) -> str:
    """The address of the list with the following one open."""
    return f"{request.path}{query_with(request, open=following(keys, key))}"


def back_of(request: Any) -> str:
    """The address of our own to go on to after a step, if one was given."""
    asked = request.GET.get("back", "")
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""


def going_back(address: str) -> dict[str, str]:
    """Context of a page whose forms lead on to this address, if there is one."""
    return {"back": address, "back_query": f"?{urlencode({'back': address})}" if address else ""}
