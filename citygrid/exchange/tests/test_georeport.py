"""Documents of the protocol: XML and JSON say the same, and what is none is refused."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid.exchange.rules import georeport
from citygrid.exchange.rules.georeport import Unreadable

HERE = ZoneInfo("Asia/Shanghai")
WORDS = st.none() | st.text()
TRUTHS, NUMBERS = st.booleans(), st.none() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.lists(st.fixed_dictionaries({"key": WORDS, "name": WORDS}))
ATTRIBUTE = {"variable": TRUTHS, "code": WORDS, "required": TRUTHS, "order": st.integers(1, 99), "values": VALUES}
TREES = {
    "services": st.lists(st.fixed_dictionaries({"service_code": WORDS, "metadata": TRUTHS, "group": WORDS})),
    "service_requests": st.lists(st.fixed_dictionaries({"description": WORDS, "lat": NUMBERS, "long": NUMBERS})),
    "service_definition": st.fixed_dictionaries(
        {"service_code": WORDS, "attributes": st.lists(st.fixed_dictionaries(ATTRIBUTE))}
    ),
    "errors": st.lists(st.fixed_dictionaries({"code": st.integers(400, 599), "description": WORDS})),
}


@pytest.mark.parametrize("root", TREES)
@given(data=st.data())
def test_xml_and_json_of_whatever_agree(root: str, data: Any) -> None:
    tree = data.draw(TREES[root])
    xml, json = (georeport.write(root, tree, form) for form in ("xml", "json"))
    assert georeport.read_xml(xml) == (root, georeport.read_json(json))
    assert xml.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<' + root.encode())


# The examples of the specification, as trees: read from its XML, written as its JSON.
SPECIFIED = {
    "services": (
        """<?xml version="1.0" encoding="utf-8"?><services><service><service_code>001</service_code>
        <service_name>Cans left out 24x7</service_name><metadata>true</metadata><type>realtime</type>
        <keywords>lorem, ipsum, dolor</keywords><group>sanitation</group></service></services>""",
        [
            {
                "service_code": "001",
                "service_name": "Cans left out 24x7",
                "metadata": True,
                "type": "realtime",
                "keywords": "lorem, ipsum, dolor",
                "group": "sanitation",
            }
        ],
    ),
    "service_definition": (
        """<?xml version="1.0" encoding="utf-8"?><service_definition><service_code>DMV66</service_code><attributes>
        <attribute><variable>true</variable><code>WHISHETN</code><datatype>singlevaluelist</datatype>
        <required>true</required><datatype_description></datatype_description><order>1</order>
        <values><value><key>123</key><name>Ford</name></value></values></attribute></attributes>
        </service_definition>""",
        {
            "service_code": "DMV66",
            "attributes": [
                {
                    "variable": True,
                    "code": "WHISHETN",
                    "datatype": "singlevaluelist",
                    "required": True,
                    "datatype_description": None,
                    "order": 1,
                    "values": [{"key": "123", "name": "Ford"}],
                }
            ],
        },
    ),
    "discovery": (
        """<?xml version="1.0" encoding="UTF-8"?><discovery>
        <changeset>2011-02-03 14:18</changeset><endpoints><endpoint>
        <url>http://open311.mycity.gov/v2</url><formats><format>text/xml</format></formats></endpoint></endpoints>
        </discovery>""",
        {
            "changeset": "2011-02-03 14:18",
            "endpoints": [{"url": "http://open311.mycity.gov/v2", "formats": ["text/xml"]}],
        },
    ),
    "errors": (
        """<?xml version="1.0" encoding="utf-8"?><errors><error><code>403</code>
        <description>Invalid api_key received</description></error></errors>""",
        [{"code": 403, "description": "Invalid api_key received"}],
    ),
}


@pytest.mark.parametrize("root", SPECIFIED)
def test_examples_of_the_specification_are_read_and_written(root: str) -> None:
    xml, tree = SPECIFIED[root]
    assert georeport.read_xml(xml.encode()) == (root, tree)
    assert georeport.read_json(georeport.write(root, tree, "json")) == tree


BOMB = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><services>&d;</services>'
DEEP = "<a>" * 9 + "</a>" * 9


@pytest.mark.parametrize("document", ["", "<services>", "plain", BOMB, DEEP, "<a></b>", "<a>\x00</a>"])
def test_what_is_no_document_is_refused(document: str) -> None:
    with pytest.raises(Unreadable):
        georeport.read_xml(document.encode())


@given(st.binary())
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    for read in (georeport.read_xml, georeport.read_json):
        try:
            read(document)
        except Unreadable:
            pass


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1994-11-05T13:15:30Z", datetime(1994, 11, 5, 13, 15, 30, tzinfo=UTC)),
        ("1994-11-05T08:15:30-05:00", datetime(1994, 11, 5, 13, 15, 30, tzinfo=UTC)),
        ("2026-11-05T08:15:30 08:00", datetime(2026, 11, 5, 0, 15, 30, tzinfo=UTC)),
        ("2026-11-05", datetime(2026, 11, 5, tzinfo=HERE)),
    ],
)
def test_moments_of_the_specification_are_understood(said: str, meant: datetime) -> None:
    assert georeport.moment(said, HERE) == meant


@pytest.mark.parametrize("said", ["2026-11-05T08:15:30", "yesterday", "2026-13-05", "2026-11-05T25:00:00Z", "5"])
def test_moments_without_a_zone_or_sense_are_refused(said: str) -> None:
    with pytest.raises(Unreadable):
        georeport.moment(said, HERE)


def test_attributes_come_by_code_single_or_many() -> None:
    posted = [("attribute[a]", ["1"]), ("attribute[b][]", ["2", " ", "3"]), ("attribute[]", ["4"]), ("a", ["5"])]
    assert georeport.attributes(posted) == {"a": ["1"], "b": ["2", "3"]}
