from citygrid.evaluation.queries.fairness import Fair, Fairness, at_an_equal_mix, fairness
from citygrid.evaluation.queries.indices import (
    Index,
    Standing,
    index,
    line,
    months_of,
    nodes,
    published_scores,
    reckoned_index,
    roots,
    values,
)
from citygrid.evaluation.queries.rates import Figures, League, Period, counted, definition, definitions, league
from citygrid.evaluation.rules.casemix import Adjusted
from citygrid.evaluation.rules.composite import Node
from citygrid.evaluation.rules.scores import Grade, Rate

__all__ = [
    "Adjusted",
    "Fair",
    "Fairness",
    "Figures",
    "Grade",
    "Index",
    "League",
    "Node",
    "Period",
    "Rate",
    "Standing",
    "at_an_equal_mix",
    "counted",
    "definition",
    "definitions",
    "fairness",
    "index",
    "league",
    "line",
    "months_of",
    "nodes",
    "published_scores",
    "reckoned_index",
    "roots",
    "values",
]
