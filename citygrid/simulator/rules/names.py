"""Invented names, Chinese and English. None is meant to be a real place or person.

Words of two letters are made of two lists whose lengths have no common divisor, so that the first 899 all differ.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from random import Random

Name = tuple[str, str]

DISTRICT: Name = ("云澜区", "Yunlan District")
RIVER: Name = ("澜溪", "Lan Creek")
RAILWAY: Name = ("云澜铁路支线", "Yunlan branch line")
STATION: Name = ("云澜站", "Yunlan Station")
PARK: Name = ("松月公园", "Songyue Park")
LAKE: Name = ("松月湖", "Songyue Lake")
STREETS: list[Name] = [
    (f"{zh}街道", f"{en} Subdistrict")
    for zh, en in (
        *(("临溪", "Linxi"), ("松月", "Songyue"), ("望桥", "Wangqiao"), ("清晏", "Qingyan"), ("稻香", "Daoxiang")),
        *(("听涛", "Tingtao"), ("书院", "Shuyuan"), ("银杏", "Yinxing"), ("东皋", "Donggao"), ("机厂", "Jichang")),
        *(("和畅", "Hechang"), ("荷风", "Hefeng"), ("锦澜", "Jinlan"), ("南圃", "Nanpu"), ("朝霞", "Zhaoxia")),
        *(("渡口", "Dukou"), ("云帆", "Yunfan")),
    )
]
_FIRST = (
    "云yun 松song 竹zhu 柳liu 桂gui 兰lan 梅mei 荷he 枫feng 桐tong 杏xing 槐huai 棠tang 菊ju 莲lian 石shi 银yin 白bai "
    "清qing 明ming 春chun 秋qiu 晓xiao 远yuan 永yong 宁ning 瑞rui 望wang 听ting 临lin 雁yan"
)
_SECOND = (
    "溪xi 泉quan 荫yin 影ying 桥qiao 岭ling 月yue 帆fan 渡du 川chuan 亭ting 台tai 园yuan 井jing 坊fang 湾wan 洲zhou "
    "山shan 塘tang 圃pu 岗gang 霞xia 风feng 堤di 林lin 庄zhuang 阁ge 谷gu 屏ping"
)
_LANE_WORDS = (
    "槐花Huaihua 井栏Jinglan 石灯Shideng 杏林Xinglin 豆腐Doufu 铁匠Tiejiang 灯笼Denglong 染坊Ranfang 茶亭Chating "
    "枣树Zaoshu 后营Houying 水车Shuiche 米仓Micang 琴台Qintai 莲池Lianchi 更楼Genglou 纸伞Zhisan 梅园Meiyuan "
    "麻线Maxian 砖塔Zhuanta 双榆Shuangyu 半亩Banmu 小桥Xiaoqiao 旧渡Jiudu 竹篱Zhuli 雨亭Yuting 酒坊Jiufang "
    "画屏Huaping 墨香Moxiang 菱角Lingjiao 盐店Yandian 布市Bushi 磨盘Mopan 马铃Maling 草帽Caomao 油坊Youfang "
    "砚台Yantai 笔架Bijia 箭杆Jiangan 芦席Luxi 钟声Zhongsheng 葫芦Hulu 柿子Shizi 石榴Shiliu 葡萄Putao 丁香Dingxiang "
    "芍药Shaoyao 海棠Haitang 鹊桥Queqiao 燕窝Yanwo 喜鹊Xique 鲤鱼Liyu 金鱼Jinyu 绣花Xiuhua 织锦Zhijin 花轿Huajiao"
)
_LANE_KINDS: list[Name] = [
    *(("巷", "Lane"), ("胡同", "Hutong"), ("东巷", "East Lane"), ("西巷", "West Lane"), ("里", "Li")),
    *(("前街", "Front Street"), ("后街", "Back Street"), ("夹道", "Passage")),
]
_OF_COMMUNITY: list[Name] = [
    *(("一巷", "1st Lane"), ("二巷", "2nd Lane"), ("三巷", "3rd Lane"), ("四巷", "4th Lane"), ("五巷", "5th Lane")),
]
_FAMILY: list[Name] = [
    *(("头条", "1st Hutong"), ("二条", "2nd Hutong"), ("三条", "3rd Hutong"), ("四条", "4th Hutong")),
    *(("五条", "5th Hutong"), ("六条", "6th Hutong")),
]
_BESIDE: list[Name] = [
    *(("澜溪西路", "Lanxi West Road"), ("澜溪东路", "Lanxi East Road"), ("铁路北街", "Railway North Street")),
    *(("铁路南街", "Railway South Street"), ("站前街", "Station Street")),
]
_SURNAMES = "林周陈许沈方苏顾程陆叶宋江夏秦蒋袁邓傅曹彭范石卢"
_GIVEN = (
    "一帆 文静 志远 晓岚 建平 雨桐 立新 海燕 思源 明哲 春华 佳宁 永康 小满 若溪 宏伟 秀珍 子墨 国栋 丽娟 云飞 慧敏"
)


def _split(words: str) -> list[Name]:
    """Chinese and the letters that follow it."""
    return [(zh, word[len(zh) :]) for word in words.split() for zh in ["".join(c for c in word if not c.isascii())]]


def _words() -> Iterator[Name]:
    """Words of two letters, neighbours with different beginnings; they end before one comes again."""
    first, second = _split(_FIRST), _split(_SECOND)
    for n in range(len(first) * len(second)):
        (zh, en), (zh_end, en_end) = first[n % len(first)], second[n % len(second)]
        yield zh + zh_end, (en + en_end).capitalize()


def communities(count: int) -> list[Name]:
    """What so many communities are called, without the word for community."""
    return list(islice(_words(), count))


def community_names(count: int) -> list[Name]:
    """Full names of so many communities."""
    return [(f"{zh}社区", f"{en} Community") for zh, en in communities(count)]


def avenue_names(size_communities: int, are_main: Sequence[bool]) -> list[Name]:
    """Names of all avenues in their order: the main ones, those along the river and the railway, the others."""
    words = islice(_words(), size_communities, None)
    main = [(f"{zh}大街", f"{en} Avenue") for zh, en in islice(words, sum(are_main))]
    kinds = [("路", "Road"), ("街", "Street")]
    rest = len(are_main) - len(main) - len(_BESIDE)
    side = [(zh + kinds[n % 2][0], f"{en} {kinds[n % 2][1]}") for n, (zh, en) in enumerate(islice(words, rest))]
    return [*main, *_BESIDE, *side]


def lane_names(counts: Sequence[int], are_families: Sequence[bool]) -> list[list[Name]]:
    """Names of lanes by community: a family is numbered, others are called after the community and after trades."""
    single = _single_lanes()
    return [
        _joined(word, _FAMILY[:count]) if is_family else _mixed(word, count, single)
        for word, count, is_family in zip(communities(len(counts)), counts, are_families, strict=True)
    ]


def _single_lanes() -> Iterator[Name]:
    for turn in range(len(_LANE_KINDS)):
        for place, word in enumerate(_split(_LANE_WORDS)):
            yield from _joined(word, [_LANE_KINDS[(place + turn) % len(_LANE_KINDS)]])


def _mixed(word: Name, count: int, single: Iterator[Name]) -> list[Name]:
    return [*islice(single, count // 2), *_joined(word, _OF_COMMUNITY[: count - count // 2])]


def _joined(word: Name, ends: Iterable[Name]) -> list[Name]:
    return [(word[0] + zh, f"{word[1]} {en}") for zh, en in ends]


def people(rng: Random) -> Iterator[str]:
    """Invented persons, no name twice; ends after some 500."""
    names = [family + given for family in _SURNAMES for given in _GIVEN.split()]
    rng.shuffle(names)
    return iter(names)
