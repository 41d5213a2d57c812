from citygrid.dispatch.api.endpoints import router

__all__ = ["router"]
