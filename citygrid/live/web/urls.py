from django.urls import path

from citygrid.live.web.views import stream

urlpatterns = [path("", stream, name="live")]
