from django.urls import path

from citygrid.terminal.web import views

urlpatterns = [
    path("", views.page, name="terminal"),
    path("sw.js", views.worker, name="terminal-worker"),
    path("manifest.webmanifest", views.manifest, name="terminal-manifest"),
]
