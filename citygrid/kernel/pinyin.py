"""The first letters of Chinese words as they are typed: 雨水箅子 is ysbz."""

from bisect import bisect_right

# The 3,755 usual characters stand in GB/T 2312 in the order of their sound: the first one of each letter.
LETTERS = "abcdefghjklmnopqrstwxyz"
FIRST = [int.from_bytes(each.encode("gb2312"), "big") for each in "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"]
LAST = 0xD7F9
RARER = {"箅": "b", "匾": "b"}  # of the shipped catalogue, which a test looks through


def initials(text: str) -> str:
    """One letter for each character; letters and digits stand for themselves, what has no sound is left out."""
    return "".join(_initial(letter) for letter in text)


def _initial(letter: str) -> str:
    if letter.isascii():
        return letter.lower() if letter.isalnum() else ""
    code = int.from_bytes(letter.encode("gb2312", "ignore"), "big")
    if FIRST[0] <= code <= LAST:
        return LETTERS[bisect_right(FIRST, code) - 1]
    return RARER.get(letter, "")
