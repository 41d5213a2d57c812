from citygrid.intake.api.endpoints import router

__all__ = ["router"]
