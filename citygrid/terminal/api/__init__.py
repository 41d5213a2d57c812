from citygrid.terminal.api.endpoints import router

__all__ = ["router"]
