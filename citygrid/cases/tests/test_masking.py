"""What everybody reads of a report names and reaches nobody."""

import pytest

from citygrid.cases.rules.masking import masked

HIDDEN = [
    ("电话13812345678请回电", "电话***请回电"),
    ("请打 138-1234-5678 或 010-62345678", "请打 *** 或 ***"),
    ("+86 138 1234 5678 打不通", "*** 打不通"),
    ("手机一三八一二三四五六七八", "手机***"),
    ("身份证11010519491231002X丢在路边", "身份证***丢在路边"),
    ("身份证号：110105194912310021", "身份证号：***"),
    ("write to a.b+c@example.org please", "write to *** please"),
    ("微信号:abc_12345", "微信号:***"),
    ("QQ 123456", "QQ ***"),
    ("京A12345占道", "***占道"),
    ("车牌粤B·D12345 堵门", "车牌*** 堵门"),
    ("3单元502室漏水", "***漏水"),
    ("楼上1203室扔垃圾", "楼上***扔垃圾"),
    ("room 502 is noisy", "*** is noisy"),
    ("找王先生", "找***先生"),
    ("欧阳娜女士家门口", "***女士家门口"),
    ("住户李小明，三楼", "住户***，三楼"),
    ("我叫李四", "我叫***"),
    ("联系人：王小明，白天在家", "联系人：***，白天在家"),
    ("call Mr. Brown", "call Mr. ***"),
    ("Ms Li Na saw it", "Ms *** saw it"),
    ("My name is John Smith.", "My name is ***."),
    ("passport E12345678", "passport ***"),
]
KEPT = [
    "建国路12号路灯不亮",
    "王府井大街218号井盖破损",
    "张家胡同小区门口垃圾满溢",
    "2026年11月28日起没有路灯",
    "坑深约30厘米，宽2米",
    "the lamp at 12 Garden Road is out",
    "",
]


@pytest.mark.parametrize(("words", "shown"), HIDDEN)
def test_what_names_or_reaches_a_person_is_hidden(words: str, shown: str) -> None:
    assert masked(words) == shown


@pytest.mark.parametrize("words", KEPT)
def test_what_says_what_is_wrong_and_where_stays(words: str) -> None:
    assert masked(words) == words


@pytest.mark.parametrize("words", [*KEPT, *(words for words, _ in HIDDEN)])
def test_masking_twice_changes_nothing_more(words: str) -> None:
    assert masked(masked(words)) == masked(words)
