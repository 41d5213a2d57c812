from django.urls import path

from citygrid.command.web import views

urlpatterns = [
    path("", views.page, name="command"),
]
