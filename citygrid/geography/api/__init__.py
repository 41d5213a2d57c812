from citygrid.geography.api.endpoints import router

__all__ = ["router"]
