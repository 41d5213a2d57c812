from django.urls import path

from citygrid.access.web import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("choose-post/", views.choose_post, name="choose-post"),
]
