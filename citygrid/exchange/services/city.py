"""What a replayed city needs before its cases: a district, a scheme of categories, organisations. Created once."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.gis.geos import Polygon

from citygrid.access import queries as access
from citygrid.access import services as access_services
from citygrid.catalogue import queries as catalogue
from citygrid.catalogue import services as catalogue_services
from citygrid.exchange.errors import DistrictTaken
from citygrid.exchange.rules import Profile, stable_code
from citygrid.geography import queries as geography
from citygrid.geography import services as geography_services
from citygrid.geography.errors import UnknownPlace
from citygrid.kernel.actor import Actor

KIND = "matter"
CITY, DEPARTMENT = "city", "department"
WGS84 = 4326


class City:
    """The district, categories and organisations of a profile; what a row names first is created when it comes."""

    def __init__(self, profile: Profile, actor: Actor, now: datetime) -> None:
        self.profile, self.actor, self.now = profile, actor, now
        self.units: dict[str, UUID] = {}
        self.categories: dict[tuple[str, str], str] = {}

    def found(self) -> None:
        """Make sure that the district, the scheme and the city's own organisation are there. DistrictTaken."""
        self._found_district()
        zh, en = self.profile.names
        words = self.profile.attribution
        scheme = catalogue_services.SchemeIn(self.profile.code, zh or en, en, words, words)
        catalogue_services.define_scheme(scheme=scheme, actor=self.actor, now=self.now)
        self._found_units([""])

    def meet(self, kinds: Iterable[tuple[str, str]], units: Iterable[str]) -> None:
        """Create the categories (major, name) and units that were not met before."""
        new_kinds = sorted(set(kinds) - self.categories.keys())
        if new_kinds:
            self._found_categories(new_kinds)
        if new_units := sorted(set(units) - self.units.keys()):
            self._found_units(new_units)

    def _found_district(self) -> None:
        profile = self.profile
        try:
            calendar = geography.district_of(profile.district_code).calendar_key
        except UnknownPlace:
            zh, en = profile.district_names
            geography_services.define_district(
                code=profile.district_code,
                name_zh=zh or en,
                name_en=en,
                geom=Polygon.from_bbox(profile.bounds),
                time_zone=profile.zone.key,
                calendar_key=profile.calendar_key,
                actor=self.actor,
                now=self.now,
            )
        else:
            if calendar != profile.calendar_key:
                raise DistrictTaken(profile.district_code, calendar)

    def _found_categories(self, kinds: list[tuple[str, str]]) -> None:
        scheme = self.profile.code
        rows = {}
        for major, name in kinds:
            parent = stable_code(major) if major else ""
            code = stable_code(major, name)
            if major:
                rows[_key(scheme, parent)] = catalogue_services.CategoryIn(KIND, parent, major, major, is_major=True)
            self.categories[major, name] = _key(scheme, code)
            rows[_key(scheme, code)] = catalogue_services.CategoryIn(KIND, code, name, name, parent)
        there = catalogue.categories(rows)
        new = [row for key, row in rows.items() if key not in there]
        if new:
            catalogue_services.define_categories(scheme_code=scheme, categories=new, actor=self.actor, now=self.now)

    def _found_units(self, names: list[str]) -> None:
        """The unit of no name is the city itself, the parent of all others."""
        codes = {name: f"{self.profile.code}/{stable_code(name) if name else CITY}" for name in names}
        there = access.organisations_by_code(codes.values())
        for name, code in codes.items():
            known = there.get(code)
            self.units[name] = known.id if known else self._create_unit(name, code)

    def _create_unit(self, name: str, code: str) -> UUID:
        profile = self.profile
        zh, en = profile.unit_names.get(name, (name, name)) if name else profile.city_names
        return access_services.create_organisation(
            code=code,
            kind=DEPARTMENT if name else CITY,
            name_zh=zh or en,
            name_en=en,
            parent_id=self.units[""] if name else None,
            area_code=profile.district_code,
            actor=self.actor,
            now=self.now,
        ).id


def _key(scheme: str, code: str) -> str:
    return f"{scheme}/{KIND}/{code}"
