from citygrid.evidence.api.endpoints import router
from citygrid.evidence.api.streams import router as streams
from citygrid.evidence.api.uploads import router as uploads

__all__ = ["router", "streams", "uploads"]
