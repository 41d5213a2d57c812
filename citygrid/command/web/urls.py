from django.urls import path

from citygrid.command.web import streams, views

urlpatterns = [
    path("", views.page, name="command"),
    path("news/", views.news, name="command-news"),
    path("acknowledge/", views.acknowledge, name="command-acknowledge"),
    path("streams/<uuid:stream_id>/", streams.stream, name="command-stream"),
    path("streams/<uuid:stream_id>/report/", streams.report, name="command-stream-report"),
]
