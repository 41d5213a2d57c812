from citygrid.dispatch.api import automation as automation
from citygrid.dispatch.api.endpoints import router

__all__ = ["router"]
