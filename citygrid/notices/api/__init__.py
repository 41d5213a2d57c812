from citygrid.notices.api.endpoints import router

__all__ = ["router"]
