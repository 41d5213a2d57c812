"""Who is responsible, written apart from the rules: sets and counting, no ranks and no pairwise comparison."""

from itertools import product

ANY = ("",)


def answer(rules, situation):
    """("unique" | "inactive_unit", unit) or ("tie" | "none", None)."""
    deciding = set()
    units = {}
    states = {}
    for rule in rules:
        units[rule.id], states[rule.unit_id] = rule.unit_id, rule.is_unit_active
    ladder = list(product(places(situation), categories(situation), conditions(situation)))
    occupied = {}
    for rung in ladder:
        found = {rule.id for rule in rules if is_on(rule, rung)}
        if found:
            occupied[rung] = found
    depths = {rung: depth(rung, situation) for rung in occupied}
    for rung, found in occupied.items():
        above = [other for other in occupied if other != rung and covers(depths[other], depths[rung])]
        if not above:
            deciding |= found
    named = {units[rule_id] for rule_id in deciding}
    if len(named) > 1:
        return "tie", None
    for unit in named:
        return ("unique", unit) if states[unit] else ("inactive_unit", None)
    return "none", None


def places(situation):
    """Every way to say where the case is, as (layer, feature, area prefix)."""
    prefixes = [situation.area_code[:n] for n in range(len(situation.area_code) + 1)]
    layers = [("", "")]
    for layer, feature in situation.features:
        layers += [(layer, ""), (layer, feature)]
    return [(*layer, prefix) for layer in dict.fromkeys(layers) for prefix in prefixes]


def categories(situation):
    return dict.fromkeys(["", situation.major_key, situation.category_key])


def conditions(situation):
    return dict.fromkeys(["", situation.problem_type])


def is_on(rule, rung):
    (layer, feature, prefix), category, condition = rung
    said = (rule.layer_code, rule.feature_code, rule.area_code, rule.category_key, rule.problem_type)
    return said == (layer, feature, prefix, category, condition)


def depth(rung, situation):
    (layer, feature, prefix), category, condition = rung
    where = sum(1 for text in (layer, feature) if text) * 100 + len(prefix)
    what = ["", situation.major_key, situation.category_key].index(category) if category else 0
    if category == situation.category_key:
        what = 2
    return where, what, len(condition[:1])


def covers(one, other):
    return all(a >= b for a, b in zip(one, other, strict=True)) and one != other
