from citygrid.cases.api.endpoints import router

__all__ = ["router"]
