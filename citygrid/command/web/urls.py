from django.urls import path

from citygrid.command.web import views

urlpatterns = [
    path("", views.page, name="command"),
    path("news/", views.news, name="command-news"),
    path("acknowledge/", views.acknowledge, name="command-acknowledge"),
]
