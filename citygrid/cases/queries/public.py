"""What everybody may see of cases: the one gate for the portal, open data, Open311 and public statistics.

A case is public when the scheme of its category is (`Scheme.is_public`), it was filed, it is neither void nor bundled
into another, and nobody withholds it. Of it no account, post, step, contact or word of staff is told; the words of its
reporter are masked (`rules.masking`), and a photo is shown once a person has decided what it hides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point, Polygon
from django.db.models import Q

from citygrid.cases import models
from citygrid.cases.choices import Lamp, LinkKind, PublicState
from citygrid.cases.queries.lists import PLACE, Box
from citygrid.cases.queries.related import within
from citygrid.cases.queries.single import PHOTO_OWNER, lamp_of
from citygrid.cases.rules.masking import masked
from citygrid.catalogue import queries as catalogue
from citygrid.evidence import queries as evidence
from citygrid.evidence.choices import Role
from citygrid.kernel import clock
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.scope import any_prefix, prefix_range
from citygrid.kernel.words import in_language

READ = (
    *("id", "number", "state", "is_open", "category_id", "category__name_zh", "category__name_en", "district_code"),
    *("area_code", "address", "summary", "unit__name_zh", "unit__name_en", "opened_at", "head_at", "filed_at"),
    *("dispatched_at", "handled_at", "closed_at", "due_at", "warn_at", "clock", "lon", "lat"),
)
SHORTEST_WORD = 2


@dataclass(frozen=True)
class PublicFilter:
    """What public cases are narrowed to; empty fields do not narrow. Times are from, and before, a moment.

    `near`: (lon, lat, metres); `bbox`: (west, south, east, north); both WGS-84. `words`: the beginning of a number, or
    words of the name of a category: what people wrote is never searched, since its hidden parts could be guessed so.
    """

    numbers: Sequence[str] = ()
    categories: Sequence[str] = ()
    area_code: str = ""
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    changed_from: datetime | None = None
    changed_until: datetime | None = None
    is_open: bool | None = None
    near: tuple[float, float, float] | None = None
    bbox: Box | None = None
    words: str = ""

    def condition(self) -> Q:
        """The filter as a condition on cases; `near` is no part of it."""
        moments = {
            "opened_at__gte": self.opened_from,
            "opened_at__lt": self.opened_until,
            "head_at__gte": self.changed_from,
            "head_at__lt": self.changed_until,
            "is_open": self.is_open,
            "number__in": self.numbers or None,
            "location__intersects": Polygon.from_bbox(self.bbox) if self.bbox else None,
        }
        wanted = Q(**{name: value for name, value in moments.items() if value is not None})
        wanted &= prefix_range("area_code", self.area_code)
        if self.categories:
            wanted &= any_prefix("category_id", self.categories)
        return wanted & _about(self.words.strip()) if self.words.strip() else wanted


@dataclass(frozen=True)
class PublicCase:
    """A case as everybody sees it; names are in the active language.

    `lamp` is of `choices.Lamp`, `state` of `choices.PublicState`; `photos_before` and `photos_after` are ids of photos
    whose public copies may be shown (`photo`).
    """

    number: str
    scheme: str
    category_key: str
    category: str
    state: PublicState
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    deadline: datetime | None
    lamp: Lamp
    unit: str
    district_code: str
    area_code: str
    address: str
    lon: float | None
    lat: float | None
    summary: str
    photos_before: tuple[UUID, ...] = ()
    photos_after: tuple[UUID, ...] = ()
    filed_at: datetime | None = None
    dispatched_at: datetime | None = None
    handled_at: datetime | None = None
    distance: float | None = None  # metres from where one asked, of `public_near`

    @property
    def is_open(self) -> bool:
        return self.state in (PublicState.RECEIVED, PublicState.IN_PROGRESS)


def public_cases(asked: PublicFilter, *, limit: int, after: str = "") -> list[PublicCase]:
    """A page of public cases, the newest first; `after`: the number of the last case of the page before.

    Five queries at most, however many cases there are.
    """
    rows = _public().filter(asked.condition())
    if asked.near:
        lon, lat, metres = asked.near
        rows = within(rows, Point(lon, lat, srid=4326), metres)
    if after:
        last = models.Case.objects.unscoped(reason="where a page of public cases ended").filter(number=after)
        place = last.values_list("opened_at", "id").first()
        if place is None:
            return []
        opened_at, key = place
        rows = rows.filter(Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, id__lt=key))
        rows = rows.filter(opened_at__lte=opened_at)  # what the index is asked for
    return _told(rows.annotate(**PLACE).order_by("-opened_at", "-id").values_list(*READ, named=True)[:limit])


def public_case(number: str) -> PublicCase | None:
    """The public case of this number, or the one that it was bundled into; None when there is none to be shown."""
    found = _told(_public().filter(number=number).annotate(**PLACE).values_list(*READ, named=True)[:1])
    if found:
        return found[0]
    bundled = models.CaseLink.objects.filter(kind=LinkKind.BUNDLED, source__number=number)
    kept = _public().filter(linked_from__in=bundled).annotate(**PLACE).values_list(*READ, named=True)[:1]
    return next(iter(_told(kept)), None)


def public_near(
    lon: float, lat: float, metres: float, *, closed_since: datetime, categories: Sequence[str] = (), count: int
) -> list[PublicCase]:
    """Public cases within so many metres of a WGS-84 point, open or closed since then, the nearest first."""
    wanted = Q(is_open=True) | Q(closed_at__gte=closed_since)
    rows = _public().filter(wanted & PublicFilter(categories=categories).condition())
    rows = within(rows, Point(lon, lat, srid=4326), metres).annotate(**PLACE).order_by("distance", "-id")
    return _told(rows.values_list(*READ, "distance", named=True)[:count])


def photo(case: PublicCase, media_id: UUID, rendition: str) -> str:
    """The stored name of the copy of a photo of a public case; NotFound (404) for any other photo."""
    is_shown = media_id in (*case.photos_before, *case.photos_after)
    return evidence.public_copy(media_id, rendition) if is_shown else evidence.stored("")


def _public() -> Any:
    return models.Case.objects.public(_schemes())


@kept_a_moment
def _schemes() -> list[str]:
    return catalogue.public_schemes()


def _about(words: str) -> Q:
    """Cases whose number begins so, or whose category is named so."""
    keys = [found.key for found in catalogue.search_categories(words, limit=50)] if len(words) >= SHORTEST_WORD else []
    return Q(number__startswith=words) | Q(category_id__in=keys)


def _told(rows: Iterable[Any]) -> list[PublicCase]:
    page = list(rows)
    photos = evidence.ids_public(PHOTO_OWNER, [row.id for row in page]) if page else {}
    now = clock.now()
    return [_case(row, photos.get(row.id, {}), now) for row in page]


def _case(row: Any, photos: dict[str, list[UUID]], now: datetime) -> PublicCase:
    distance = getattr(row, "distance", None)
    return PublicCase(
        number=row.number,
        scheme=row.category_id.partition("/")[0],
        category_key=row.category_id,
        category=in_language(row.category__name_zh, row.category__name_en),
        state=_state(row),
        opened_at=row.opened_at,
        changed_at=row.head_at,
        closed_at=row.closed_at,
        deadline=row.due_at,
        lamp=lamp_of(row, now),
        unit=in_language(row.unit__name_zh or "", row.unit__name_en or ""),
        district_code=row.district_code,
        area_code=row.area_code,
        address=masked(row.address),
        lon=row.lon,
        lat=row.lat,
        summary=masked(row.summary),
        photos_before=tuple(photos.get(Role.BEFORE, ())),
        photos_after=tuple(photos.get(Role.AFTER, ())),
        filed_at=row.filed_at,
        dispatched_at=row.dispatched_at,
        handled_at=row.handled_at,
        distance=distance.m if distance is not None else None,
    )


def _state(row: Any) -> PublicState:
    if row.is_open:
        return PublicState.IN_PROGRESS if row.dispatched_at else PublicState.RECEIVED
    return PublicState.SOLVED if row.handled_at else PublicState.UNSOLVED
