from citygrid.catalogue.api.endpoints import router

__all__ = ["router"]
