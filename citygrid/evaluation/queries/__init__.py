from citygrid.evaluation.queries.rates import Figures, League, Period, counted, definition, definitions, league
from citygrid.evaluation.rules.scores import Grade, Rate

__all__ = ["Figures", "Grade", "League", "Period", "Rate", "counted", "definition", "definitions", "league"]
