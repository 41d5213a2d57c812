from citygrid.evaluation.queries.fairness import Fair, Fairness, at_an_equal_mix, fairness
from citygrid.evaluation.queries.rates import Figures, League, Period, counted, definitions, league
from citygrid.evaluation.rules.scores import Grade, Rate

__all__ = [
    "Fair",
    "Fairness",
    "Figures",
    "Grade",
    "League",
    "Period",
    "Rate",
    "at_an_equal_mix",
    "counted",
    "definitions",
    "fairness",
    "league",
]
