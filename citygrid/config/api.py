"""The API, version 1: one router a module. Its description is kept in docs/openapi.json."""

from citygrid.cases.api import router as cases
from citygrid.catalogue.api import router as catalogue
from citygrid.dispatch.api import router as dispatch
from citygrid.evidence.api import router as evidence
from citygrid.evidence.api import streams, uploads
from citygrid.geography.api import router as geography
from citygrid.intake.api import router as intake
from citygrid.inventory.api import router as inventory
from citygrid.kernel.api import Api
from citygrid.kernel.sheets.api import router as sheets
from citygrid.notices.api import router as notices
from citygrid.terminal.api import router as terminal

api = Api(
    title="CityGrid",
    version="1",
    urls_namespace="api",
    description="Reports, cases and the places, categories and deadlines they stand on. Refusals are problem details "
    "(RFC 9457) with a stable code, and words in the language of Accept-Language.",
)
api.add_router("/reports", intake)
api.add_router("/cases", cases)
api.add_router("/dispatch", dispatch)
api.add_router("/media", evidence)
api.add_router("/uploads", uploads)
api.add_router("/streams", streams)
api.add_router("/geography", geography)
api.add_router("/catalogue", catalogue)
api.add_router("/inventory", inventory)
api.add_router("/notices", notices)
api.add_router("/sheets", sheets)
api.add_router("/terminal", terminal)
