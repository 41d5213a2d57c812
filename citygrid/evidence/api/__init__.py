from citygrid.evidence.api.endpoints import router
from citygrid.evidence.api.uploads import router as uploads

__all__ = ["router", "uploads"]
