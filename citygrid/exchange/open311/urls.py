"""Addresses of Open311. Each ends in .xml, .json, or nothing; `test/v2` checks what is sent and keeps nothing."""

from django.urls import include, path, register_converter

from citygrid.exchange.open311 import views


class Ending:
    """The format at the end of an address."""

    regex = r"(?:\.(?:xml|json))?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Name:
    """Part of an address, without its end."""

    regex = "[^/]+?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Ending, "ending")
register_converter(Name, "open311")

DISCOVERY = path("discovery<ending:form>", views.discovery, name="discovery")
METHODS = [
    DISCOVERY,
    path("services<ending:form>", views.services, name="services"),
    path("services/<open311:code><ending:form>", views.definition, name="service"),
    path("requests<ending:form>", views.requests, name="requests"),
    path("requests/<open311:ids><ending:form>", views.single, name="request"),
    path("tokens/<open311:token><ending:form>", views.token, name="token"),
    path("servicerequestupdates<ending:form>", views.updates, name="updates"),
]
app_name = "open311"
urlpatterns = [
    DISCOVERY,
    path("v2/", include((METHODS, "v2"))),
    path("test/v2/", include((METHODS, "test")), {"is_test": True}),
    path("<path:rest>", views.unknown, name="unknown"),
    path("", views.discovery, name="root"),
]
