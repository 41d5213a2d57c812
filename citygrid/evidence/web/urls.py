from django.urls import path

from citygrid.evidence.web import views

urlpatterns = [
    path("<uuid:media_id>/original", views.original, name="evidence-original"),
    path("<uuid:media_id>/public", views.copy, {"rendition": "public"}, name="evidence-public"),
    path("<uuid:media_id>/thumbnail", views.copy, {"rendition": "thumbnail"}, name="evidence-thumbnail"),
    path("<uuid:media_id>/poster", views.copy, {"rendition": "poster"}, name="evidence-poster"),
]
