from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from citygrid.catalogue import permissions, queries
from citygrid.catalogue.api.schemas import CategoryOut, SchemeOut, StandardOut
from citygrid.kernel import clock
from citygrid.kernel.api import MOST_ROWS, Permitted, leads_to, responses

router = Router(tags=["catalogue"], auth=Permitted(permissions.VIEW_STANDARDS))

SCHEMES = leads_to(list_categories={"code": "$response.body#/0/code"})
CATEGORIES = leads_to(list_standards={"category": "$response.body#/0/key"})
Words = Annotated[str, Field(min_length=1, max_length=100)]


@router.get("/schemes", response=responses(list[SchemeOut]), openapi_extra=SCHEMES)
def list_schemes(request: Any) -> Any:
    """The coding schemes of categories, with the words that say where their codes come from."""
    return queries.schemes()


@router.get("/schemes/{code}/categories", response=responses(list[CategoryOut]), openapi_extra=CATEGORIES)
def list_categories(request: Any, code: str) -> Any:
    """The categories of a scheme that take cases, by code."""
    return queries.leaf_categories(queries.scheme(code).code)


@router.get("/categories", response=responses(list[CategoryOut]), openapi_extra=CATEGORIES)
def search_categories(request: Any, words: Query[Words], limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 20) -> Any:
    """Categories whose names hold the words (Chinese or English) or whose code begins with them."""
    return queries.search_categories(words, limit=limit)


@router.get("/standards", response=responses(list[StandardOut]))
def list_standards(request: Any, category: Query[Words]) -> Any:
    """The filing conditions in force today for a category, by its key."""
    return queries.standards_for(category, timezone.localdate(clock.now()))
