from citygrid.inventory.api.endpoints import router

__all__ = ["router"]
