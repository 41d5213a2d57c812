from django.urls import path

from citygrid.evidence.web import views

urlpatterns = [path("<str:token>/<str:name>", views.live, name="stream-file")]
