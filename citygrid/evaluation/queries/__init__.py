from citygrid.evaluation.queries.rates import Figures, League, Period, counted, definitions, league
from citygrid.evaluation.rules.scores import Grade, Rate

__all__ = ["Figures", "Grade", "League", "Period", "Rate", "counted", "definitions", "league"]
