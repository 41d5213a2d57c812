"""Made-up messages with their unit, for tests of learning: each unit has words of its own, and all share some."""

import random
from collections.abc import Sequence

from citygrid.dispatch.learning import columns
from citygrid.dispatch.learning.classifier import Learned, learn

OWN = {
    "城管": ["占道经营", "小广告", "违章建筑", "游商摊贩", "店外经营", "露天烧烤"],
    "环保": ["污水直排", "黑烟扬尘", "噪声扰民", "垃圾焚烧", "化工异味", "河水发臭"],
    "Traffic": ["broken traffic signal", "missing stop sign", "faded crosswalk", "blocked bus lane", "parking meter"],
}
SHARED = ["小区门口", "请求处理", "已经多日", "居民反映", "near the school", "please help", "今天上午", "长期无人管理"]


def messages(count: int, seed: int, noise: float = 0.0) -> tuple[list[str], list[str]]:
    """(texts, labels); `noise` is the share of labels drawn at random."""
    rng = random.Random(seed)
    texts, labels = [], []
    for number in range(count):
        unit = rng.choice(list(OWN))
        said = [*rng.sample(OWN[unit], 2), *rng.sample(SHARED, 4), f"第{number % 97}号"]
        rng.shuffle(said)
        texts.append(" ".join(said))
        labels.append(rng.choice(list(OWN)) if rng.random() < noise else unit)
    return texts, labels


def cases_of(texts: Sequence[str]) -> list[columns.Case]:
    return columns.read({"text": texts}, (columns.Reading("text", "text"),))


def learned(count: int = 400, noise: float = 0.1) -> Learned:
    texts, labels = messages(count, seed=1, noise=noise)
    return learn(cases_of(texts), labels)
