"""Invented names, Chinese and English. None is meant to be a real place or person."""

from collections.abc import Iterator
from random import Random

Name = tuple[str, str]

DISTRICT: Name = ("云澜区", "Yunlan District")
STREETS: list[Name] = [
    ("临溪街道", "Linxi Subdistrict"),
    ("松月街道", "Songyue Subdistrict"),
    ("望桥街道", "Wangqiao Subdistrict"),
]
COMMUNITIES: list[Name] = [
    ("听泉社区", "Tingquan Community"),
    ("柳荫社区", "Liuyin Community"),
    ("青石社区", "Qingshi Community"),
    ("竹影社区", "Zhuying Community"),
    ("渡口社区", "Dukou Community"),
    ("晴川社区", "Qingchuan Community"),
    ("松月社区", "Songyue Community"),
    ("云帆社区", "Yunfan Community"),
    ("清晏社区", "Qingyan Community"),
    ("桂岭社区", "Guiling Community"),
    ("书院社区", "Shuyuan Community"),
    ("银杏社区", "Yinxing Community"),
    ("东皋社区", "Donggao Community"),
    ("望桥社区", "Wangqiao Community"),
    ("稻香社区", "Daoxiang Community"),
    ("南圃社区", "Nanpu Community"),
    ("和畅社区", "Hechang Community"),
    ("荷风社区", "Hefeng Community"),
    ("机厂社区", "Jichang Community"),
    ("朝霞社区", "Zhaoxia Community"),
]
AVENUES: list[Name] = [
    ("云澜大街", "Yunlan Avenue"),
    ("临溪路", "Linxi Road"),
    ("松月路", "Songyue Road"),
    ("望桥路", "Wangqiao Road"),
    ("书院路", "Shuyuan Road"),
    ("清晏路", "Qingyan Road"),
    ("稻香路", "Daoxiang Road"),
    ("荷风路", "Hefeng Road"),
    ("银杏路", "Yinxing Road"),
    ("东皋路", "Donggao Road"),
    ("竹影路", "Zhuying Road"),
    ("桂岭路", "Guiling Road"),
    ("晴川路", "Qingchuan Road"),
    ("青石路", "Qingshi Road"),
    ("和畅路", "Hechang Road"),
    ("朝霞路", "Zhaoxia Road"),
    ("渡口路", "Dukou Road"),
    ("南圃路", "Nanpu Road"),
    ("柳荫路", "Liuyin Road"),
]
RIVER: Name = ("澜溪", "Lan Creek")
RAILWAY: Name = ("云澜铁路支线", "Yunlan branch line")
PARK: Name = ("松月公园", "Songyue Park")
GARDENS: list[Name] = [
    ("听泉绿地", "Tingquan Green"),
    ("荷风游园", "Hefeng Garden"),
    ("银杏广场绿地", "Yinxing Green"),
]
SITES: list[Name] = [("晴川里改建工地", "Qingchuanli rebuilding site"), ("朝霞新苑工地", "Zhaoxia housing site")]
SCHOOLS: list[Name] = [
    ("云澜一小", "Yunlan No. 1 School"),
    ("书院中学", "Shuyuan School"),
    ("望桥小学", "Wangqiao School"),
]
MARKET: Name = ("稻香便民市场", "Daoxiang Market")

_LANE_WORDS: list[Name] = [
    *(("槐花", "Huaihua"), ("井栏", "Jinglan"), ("石灯", "Shideng"), ("杏林", "Xinglin"), ("豆腐", "Doufu")),
    *(("铁匠", "Tiejiang"), ("灯笼", "Denglong"), ("染坊", "Ranfang"), ("茶亭", "Chating"), ("枣树", "Zaoshu")),
    *(("后营", "Houying"), ("水车", "Shuiche"), ("米仓", "Micang"), ("琴台", "Qintai"), ("莲池", "Lianchi")),
    *(("更楼", "Genglou"), ("纸伞", "Zhisan"), ("梅园", "Meiyuan"), ("麻线", "Maxian"), ("砖塔", "Zhuanta")),
    *(("双榆", "Shuangyu"), ("半亩", "Banmu"), ("小桥", "Xiaoqiao"), ("旧渡", "Jiudu"), ("竹篱", "Zhuli")),
    *(("雨亭", "Yuting"), ("酒坊", "Jiufang"), ("画屏", "Huaping"), ("墨香", "Moxiang"), ("菱角", "Lingjiao")),
]
_LANE_KINDS: list[Name] = [("巷", "Lane"), ("胡同", "Hutong"), ("里", "Li"), ("街", "Street")]
_SURNAMES = "林周陈许沈方苏顾程陆叶宋江夏秦蒋袁邓傅曹彭范石卢"
_GIVEN = (
    "一帆 文静 志远 晓岚 建平 雨桐 立新 海燕 思源 明哲 春华 佳宁 永康 小满 若溪 宏伟 秀珍 子墨 国栋 丽娟 云飞 慧敏"
)


def lane_names() -> list[Name]:
    """All lane names there are, in a fixed order, neighbours in the list of different kinds."""
    return [
        (zh + _LANE_KINDS[(place + turn) % 4][0], f"{en} {_LANE_KINDS[(place + turn) % 4][1]}")
        for turn in range(4)
        for place, (zh, en) in enumerate(_LANE_WORDS)
    ]


def people(rng: Random) -> Iterator[str]:
    """Invented persons, no name twice; ends after some 500."""
    names = [family + given for family in _SURNAMES for given in _GIVEN.split()]
    rng.shuffle(names)
    return iter(names)
