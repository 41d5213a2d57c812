from typing import Any

from django.contrib.gis.geos import Point
from ninja import Router

from citygrid.cases import permissions as case_permissions
from citygrid.dispatch import permissions, queries, services
from citygrid.dispatch.api.schemas import LikelyCategoryOut, SaidIn, SuspectOut, TrialIn, TrialOut, WordsIn
from citygrid.geography import queries as geography
from citygrid.kernel import clock
from citygrid.kernel.api import Permitted, responses

router = Router(tags=["dispatch"])


@router.post("/trials", response=responses(TrialOut), auth=Permitted(permissions.VIEW_RULES))
def try_rules(request: Any, given: TrialIn) -> Any:
    """What other rules would have sent elsewhere. Nothing is written."""
    return services.try_rules(
        begun=[services.RuleIn(**rule.dict()) for rule in given.added],
        ended=given.ended,
        since=given.since,
        until=given.until,
        on=given.on,
        actor=request.auth,
        now=clock.now(),
    )


@router.post("/suspects", response=responses(list[SuspectOut]), auth=Permitted(case_permissions.VIEW))
def list_suspects(request: Any, given: SaidIn) -> list[dict[str, Any]]:
    """Which cases this post sees a report may be about: open or ended lately, within 250 m, the likeliest first.

    Nothing is written; what was told is asked in the body, which no log of addresses keeps.
    """
    lon, lat = geography.to_wgs84(given.lon, given.lat, given.frame)
    said = queries.Said(Point(lon, lat, srid=4326), given.category_key, given.text)
    found = queries.suspects(request.auth, said, clock.now(), least=queries.SHOWN, count=given.count)
    return [_suspect(one) for one in found]


@router.post("/categories", response=responses(list[LikelyCategoryOut]), auth=Permitted(case_permissions.VIEW))
def list_likely_categories(request: Any, given: WordsIn) -> list[dict[str, Any]]:
    """Which categories a report is likely to be of by its words, as closed cases with such words were.

    At most three, the likeliest first; none where no model of categories is on. Of words unlike all it knows, only the
    category that one of them speaks for.
    """
    lon = lat = None
    if given.lon is not None and given.lat is not None:
        lon, lat = geography.to_wgs84(given.lon, given.lat, given.frame)
    found = queries.likely_categories(
        queries.Told("", given.text, given.channel, given.area_code, lon, lat, clock.now(), given.has_photo)
    )
    if found is None:
        return []
    return [
        {
            "category_key": one.label,
            "share": one.share,
            "is_sure": found.is_sure and one is found.top[0],
            "reasons": list(one.words),
        }
        for one in found.top
    ]


def _suspect(one: queries.Suspect) -> dict[str, Any]:
    facts = {name: getattr(one.case, name) for name in ("id", "number", "is_open", "opened_at", "summary")}
    told = {name: getattr(one, name) for name in ("chance", "is_likely", "reasons")}
    return {**facts, **told, "category_key": one.case.category_id}
