"""Lists of what to look for: proposed by a job, published and withdrawn by a person."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from citygrid.cases import queries as cases
from citygrid.geography import queries as geography
from citygrid.geography.choices import Level
from citygrid.intake import errors, models, permissions
from citygrid.intake.choices import FocusState
from citygrid.intake.rules import focus as rules
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.scope import prefix_range

LONGEST_NOTE = 300
LONGEST = 92  # days that a list may be published for
RECENT = timedelta(weeks=rules.RECENT_WEEKS)


def propose_everywhere(*, actor: Actor, now: datetime) -> int:
    """Make the proposals of every district anew, each in a transaction of its own; returns how many there are."""
    districts = geography.areas_below("", Level.DISTRICT)
    return sum(propose_focus(district_code=each.code, actor=actor, now=now) for each in districts)


@transaction.atomic
def propose_focus(*, district_code: str, actor: Actor, now: datetime) -> int:
    """Make the proposals of a district anew, from the cases of whole days up to today; returns how many there are.

    Cases are counted street by street. What is published for today or later is not proposed again.
    """
    actor.require(permissions.PUBLISH_FOCUS)
    zone = ZoneInfo(geography.time_zone_of(district_code))
    today = now.astimezone(zone).date()
    until = datetime.combine(today, time(), zone)
    weeks = _weeks_before(district_code, until - RECENT)
    seen = list(_seen(district_code, until, weeks, zone))
    rows = models.Focus.objects.unscoped(reason="the proposals of a district are made for all its posts")
    own = rows.filter(prefix_range("area_code", district_code))
    own.filter(state=FocusState.PROPOSED).delete()
    known = set(own.filter(state=FocusState.PUBLISHED, until_date__gte=today).values_list("area_code", "category"))
    found = [one for one in _proposed(seen, weeks, now) if (one.area_code, one.category_id) not in known]
    rows.bulk_create(found)
    data = {"proposals": len(found), "weeks": weeks}
    audit.record(subject=f"intake.focus/{district_code}", action="propose", actor=actor, now=now, data=data)
    return len(found)


def _weeks_before(district_code: str, recent: datetime) -> int:
    first = cases.first_opened(district_code)
    return rules.earlier_weeks((recent - first).total_seconds() / 86_400) if first else 0


def _seen(district_code: str, until: datetime, weeks: int, zone: ZoneInfo) -> Iterator[cases.Opened]:
    recent = until - RECENT
    since = recent - timedelta(weeks=weeks)
    for street in geography.areas_below(district_code, Level.STREET):
        yield from cases.opened_by_place(street.code, since, recent, until, zone)


def _proposed(seen: list[cases.Opened], weeks: int, now: datetime) -> Iterator[models.Focus]:
    counts: dict[bool, dict[rules.Cell, int]] = {True: defaultdict(int), False: defaultdict(int)}
    times: dict[rules.Cell, list[cases.Opened]] = defaultdict(list)
    for one in seen:
        cell = one.area_code, one.category_key
        counts[one.is_recent][cell] += one.opened
        times[cell] += [one] if one.is_recent else []
    for found in rules.patterns(counts[True], counts[False], weeks):
        when = times[found.area_code, found.category_key]
        yield models.Focus(
            area_code=found.area_code,
            category_id=found.category_key,
            weekdays=rules.busiest((one.weekday or 0, one.opened) for one in when),
            hours=rules.busiest((rules.band_of(one.hour or 0), one.opened) for one in when),
            recent=found.recent,
            expected=found.expected,
            ratio=found.ratio,
            lower=found.lower,
            proposed_at=now,
        )


@transaction.atomic
def publish_focus(
    *, ids: Collection[UUID], from_date: date, until_date: date, note: str = "", actor: Actor, now: datetime
) -> list[models.Focus]:
    """Publish proposals from a day to the end of another, for the posts that work there.

    FocusNotChosen, FocusDates, TextTooLong (400); FocusGone (409) when one is no proposal any more.
    """
    actor.require(permissions.PUBLISH_FOCUS)
    if not ids:
        raise errors.FocusNotChosen()
    if len(note) > LONGEST_NOTE:
        raise errors.TextTooLong(most=LONGEST_NOTE)
    found = _locked(ids, FocusState.PROPOSED, actor)
    zone = ZoneInfo(geography.time_zone_of(found[0].area_code))
    is_short = (until_date - from_date).days <= LONGEST
    if not (is_short and max(from_date, now.astimezone(zone).date()) <= until_date):
        raise errors.FocusDates(most=LONGEST)
    for one in found:
        one.state, one.published_at, one.published_by = FocusState.PUBLISHED, now, actor.label
        one.from_date, one.until_date, one.note = from_date, until_date, note.strip()
        one.save()
        data = {"from": from_date.isoformat(), "until": until_date.isoformat(), "note": one.note}
        _record(one, "publish", actor, now, data)
    return found


@transaction.atomic
def withdraw_focus(*, focus_id: UUID, actor: Actor, now: datetime) -> models.Focus:
    """Take back what was published: posts are not told it any more. FocusGone (409) when it is not published."""
    actor.require(permissions.PUBLISH_FOCUS)
    (found,) = _locked([focus_id], FocusState.PUBLISHED, actor)
    found.state = FocusState.WITHDRAWN
    found.save(update_fields=["state"])
    _record(found, "withdraw", actor, now, {})
    return found


def _locked(ids: Collection[UUID], state: FocusState, actor: Actor) -> list[models.Focus]:
    """These lines in this state, locked; FocusGone (409) when one is not, or not of the post's areas."""
    rows = models.Focus.objects.visible_to(actor).filter(pk__in=ids, state=state)
    found = list(rows.select_for_update(of=("self",)).select_related("category").order_by("pk"))
    if len(found) < len(set(ids)):
        raise errors.FocusGone()
    return found


def _record(one: models.Focus, action: str, actor: Actor, now: datetime, data: dict[str, str]) -> None:
    told = {"area": one.area_code, "category": one.category_id, **data}
    audit.record(subject=f"intake.focus/{one.pk}", action=action, actor=actor, now=now, data=told)
