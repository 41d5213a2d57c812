from citygrid.terminal.queries.categories import categories
from citygrid.terminal.queries.codes import code
from citygrid.terminal.queries.home import home, standing
from citygrid.terminal.queries.patrols import OnPatrol, patrol, patrols, sums, track

__all__ = ["OnPatrol", "categories", "code", "home", "patrol", "patrols", "standing", "sums", "track"]
