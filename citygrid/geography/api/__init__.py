from citygrid.geography.api import drafts as drafts
from citygrid.geography.api.endpoints import router

__all__ = ["router"]
