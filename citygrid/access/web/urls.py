from django.urls import path

from citygrid.access.web import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("password/<uuid:account_id>/<str:key>/", views.set_password, name="set-password"),
    path("password/", views.change_password, name="change-password"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("choose-post/", views.choose_post, name="choose-post"),
]
