from citygrid.evaluation.services.counting import count_changed, recount
from citygrid.evaluation.services.indices import ValueIn, digest, keep_nodes, keep_values, publish_index
from citygrid.evaluation.services.loading import load

__all__ = ["ValueIn", "count_changed", "digest", "keep_nodes", "keep_values", "load", "publish_index", "recount"]
