from citygrid.terminal.queries.categories import categories
from citygrid.terminal.queries.home import home, standing

__all__ = ["categories", "home", "standing"]
