from citygrid.evaluation.services.counting import count_changed, recount
from citygrid.evaluation.services.loading import load

__all__ = ["count_changed", "load", "recount"]
