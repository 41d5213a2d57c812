"""Organisations, posts, accounts, holdings and the units of layers as spreadsheets (`kernel.sheets`)."""

from citygrid.access.sheets.accounts import AccountSheet
from citygrid.access.sheets.holdings import HoldingSheet
from citygrid.access.sheets.organisations import OrganisationSheet
from citygrid.access.sheets.places import PlaceSheet
from citygrid.access.sheets.posts import PostSheet
from citygrid.kernel.sheets.ports import SHEETS, SheetPort

PORTS: list[SheetPort] = [OrganisationSheet(), PostSheet(), AccountSheet(), HoldingSheet(), PlaceSheet()]
for port in PORTS:
    SHEETS.register(port.code, port)
