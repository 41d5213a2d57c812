from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import permissions, queries, services
from citygrid.access.models import Post
from citygrid.access.sheets.organisations import organisation_choices
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Words
from citygrid.kernel.sheets.columns import YES_NO, Column, Key, Row, Sheet, Values, matching, split, yes_no
from citygrid.kernel.sheets.ports import Change, SheetPort, touching
from citygrid.kernel.words import lazily_in_language

KEY = ("organisation", "role", "title_zh")
EVERYWHERE = "*"  # in a sheet; the empty prefix of a post


def post_columns() -> tuple[Column, Column, Column]:
    """The columns that name a post."""
    roles: dict[str, Words] = {
        code: lazily_in_language(role.name_zh, role.name_en) for code, role in queries.roles().items()
    }
    units = organisation_choices(queries.all_organisations())
    return (
        Column(
            "organisation",
            gettext_lazy("Organisation"),
            is_required=True,
            example="env-01",
            max_length=60,
            choices=units,
        ),
        Column("role", gettext_lazy("Role"), is_required=True, example="dispatcher", choices=roles),
        Column("title_zh", gettext_lazy("Chinese title"), is_required=True, example="派遣员", max_length=100),
    )


def post_key(post: Post) -> tuple[str, str, str]:
    """What names a post in a sheet."""
    return post.organisation.code, post.role, post.title_zh


def reaches(actor: Actor, post: Post) -> bool:
    """Whether the jurisdiction of the actor's post holds that of another post."""
    return all(actor.reach.covers_area(area) for area in post.areas)


class PostSheet(SheetPort):
    """Posts by organisation, role and title. One taken away again is closed."""

    code = "posts"
    title = gettext_lazy("Posts")
    about = gettext_lazy("What accounts act as: a role in an organisation, for areas and categories.")
    permission = permissions.MANAGE_POSTS

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        area = matching(
            r"\*|\d{6}|\d{9}|\d{12}|\d{15}", gettext_lazy("Area codes have 6, 9, 12 or 15 digits; * is all.")
        )
        columns = (
            *post_columns(),
            Column("title_en", gettext_lazy("English title"), max_length=100, example="Dispatcher"),
            Column(
                "areas",
                gettext_lazy("Areas"),
                gettext_lazy("Area codes, separated by semicolons; * is everywhere."),
                "110101001;110101002",
                is_required=True,
                is_many=True,
                max_length=4000,
                parse=area,
            ),
            Column(
                "categories",
                gettext_lazy("Categories"),
                gettext_lazy("Keys of categories, separated by semicolons. Blank: all."),
                is_many=True,
                max_length=4000,
            ),
            Column("active", gettext_lazy("In use"), gettext_lazy("Blank: yes."), choices=YES_NO, default="yes"),
        )
        return Sheet(self.code, self.title, columns, KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        for post in queries.all_posts():
            if reaches(actor, post):
                yield {
                    **dict(zip(KEY, post_key(post), strict=True)),
                    "title_en": post.title_en,
                    "areas": ";".join(area or EVERYWHERE for area in post.areas),
                    "categories": ";".join(post.categories),
                    "active": yes_no(post.is_active),
                }

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        fresh = touching(rows, standing, KEY)
        posts = {post_key(post): post for post in queries.all_posts()}
        places = geography.known_places(area for row in fresh for area in split(row.values["areas"])) | {EVERYWHERE}
        for row in fresh:
            key = tuple(row.values[code] for code in KEY)
            there = posts.get(key)  # type: ignore[arg-type]
            if there and key not in standing:
                row.fail("title_zh", "outside_reach", _("It belongs to an area your post does not reach."))
            if there and there.pk == actor.post_id:
                row.fail("title_zh", "own_post", _("Nobody changes the post they act as."))
            for area in split(row.values["areas"]):
                if area not in places:
                    row.fail("areas", "unknown_reference", _("There is no area with this code."), area)
                elif not actor.reach.covers_area(area.replace(EVERYWHERE, "")):
                    row.fail("areas", "outside_reach", _("Your post does not reach this area."), area)

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        rows = [change.after or {**(change.before or {}), "active": "no"} for change in changes]
        services.put_posts(posts=[_read(row) for row in rows], actor=actor, now=now)


def _read(values: Values) -> services.PostIn:
    return services.PostIn(
        organisation_code=values["organisation"],
        role=values["role"],
        title_zh=values["title_zh"],
        areas=tuple(area.replace(EVERYWHERE, "") for area in split(values["areas"])),
        title_en=values["title_en"],
        categories=split(values["categories"]),
        is_active=values["active"] == "yes",
    )
