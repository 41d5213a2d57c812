from django.urls import path

from citygrid.exchange.web import views

urlpatterns = [
    path("applications/", views.applications, name="applications"),
    path("applications/<uuid:application_id>/revoke/", views.revoke, name="application-revoke"),
]
