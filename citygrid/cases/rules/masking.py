"""What of the words of a report is shown to everybody: nothing by which a person is known or reached.

A rule hides what looks like a number, an address or a name in a known form. It knows no other names: what people write
freely may name somebody in a way that no rule finds, so a case can be withheld as well (`services.withhold_case`).
"""

import re

HIDDEN = "***"

# Surnames of two characters and of one, as the family name reports of the Ministry of Public Security have them.
DOUBLE = (
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|皇甫|宗政|濮阳|公冶|慕容|令狐|司徒|长孙"
)
SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢"
    "安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路"
    "游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全"
    "佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐"
)
TITLES = (
    "先生|女士|小姐|太太|师傅|老师|大爷|大妈|大叔|大姐|阿姨|奶奶|爷爷|叔叔|老板|经理|"
    "主任|同志|医生|书记|队长|科长|局长|所长|警官|某"
)
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
SURNAME = f"(?:{DOUBLE}|[{SINGLE}])"
ANNOUNCED = "我叫|我是|名叫|叫做|姓名|联系人|当事人|业主|住户|房东|车主"

DIGIT = r"[0-9０-９]"
GAP = r"[\s\-–—_.·()（）]{0,2}"
RULES = [
    # An e-mail address, an account of a messenger.
    (r"[\w.+-]+\s?[@＠]\s?[\w-]+(?:\.[\w-]+)+", HIDDEN),
    (
        r"(?i)((?:微信|qq|ＱＱ|wechat|vx|weixin)\s*(?:号码|号|id|number)?\s*[:：是为]?\s*)[a-z0-9_-]{5,20}",
        rf"\1{HIDDEN}",
    ),
    # A passport or travel permit: one or two letters and seven to nine digits.
    (rf"(?i)(?<![a-z])[a-z]{{1,2}}{DIGIT}{{7,9}}(?!{DIGIT})", HIDDEN),
    # An identity card: 17 digits and a digit or X, or 15 digits; any number of seven or more digits, however spaced.
    (rf"(?<!{DIGIT})(?:{DIGIT}{GAP}){{14,18}}[0-9０-９xXｘＸ](?![0-9０-９A-Za-z])", HIDDEN),
    (rf"(?<!{DIGIT})[+＋]?{DIGIT}(?:{GAP}{DIGIT}){{6,}}", HIDDEN),
    (r"[零〇一二三四五六七八九幺两]{7,}", HIDDEN),
    # A number plate: province, letter, five or six signs (new energy), also of police, schools, Hong Kong and Macao.
    (rf"[{PROVINCES}]\s?[A-Za-z]\s?[·•.\-]?\s?[A-Za-z0-9]{{4,6}}[警学挂港澳领]?", HIDDEN),
    # A flat: "3单元502室", "unit 3, room 502".
    (rf"{DIGIT}{{1,3}}\s*单元\s*(?:{DIGIT}{{2,5}}\s*[室号户]?)?", HIDDEN),
    (rf"(?<!{DIGIT}){DIGIT}{{2,5}}\s*[室户]", HIDDEN),
    (rf"(?i)\b(?:room|flat|apartment|apt\.?)\s*#?{DIGIT}{{1,5}}[a-z]?\b", HIDDEN),
    # A name with a title: "王先生", "欧阳娜女士", "老王师傅", "Mr Smith", "Ms. Li Na".
    (rf"{SURNAME}[\u4e00-\u9fff]{{0,2}}?(?={TITLES})", HIDDEN),
    (
        r"\b(Mr|Mrs|Ms|Miss|Dr|Prof|Madam|Sir)(\.?)\s+[A-Z][\w'’-]*(?:[ -][A-Z][\w'’-]*){0,2}",
        rf"\1\2 {HIDDEN}",
    ),
    # A name that is announced as one: "我叫李四", "姓名：王小明", "my name is John Smith".
    (
        rf"((?:{ANNOUNCED})\s*[:：是为]?\s*){SURNAME}[\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])",
        rf"\1{HIDDEN}",
    ),
    (r"(?i:\b(my name is|i am|contact|name:))\s+[A-Z][\w'’-]+(?:[ -][A-Z][\w'’-]+){0,2}", rf"\1 {HIDDEN}"),
]
COMPILED = [(re.compile(pattern), shown) for pattern, shown in RULES]


def masked(words: str) -> str:
    """The words with three stars in place of what the rules find. Masking twice changes nothing more."""
    for pattern, shown in COMPILED:
        words = pattern.sub(shown, words)
    return words
