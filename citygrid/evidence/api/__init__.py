from citygrid.evidence.api.endpoints import router

__all__ = ["router"]
