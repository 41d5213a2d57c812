"""All addresses of the platform, by module."""

urlpatterns: list = []
