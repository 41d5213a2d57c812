from django.urls import path

from citygrid.portal.web import data, reporting, views

urlpatterns = [
    path("", views.home, name="portal"),
    path("report/", reporting.report, name="portal-report"),
    path("receipts/", reporting.find, name="portal-find"),
    path("receipts/<str:receipt>/", reporting.receipt, name="portal-receipt"),
    path("cases/", views.cases_list, name="portal-cases"),
    path("cases/feed/", data.feed, name="portal-feed"),
    path("cases/<str:number>/", views.case, name="portal-case"),
    path("cases/<str:number>/feed/", data.case_feed, name="portal-case-feed"),
    path("cases/<str:number>/photos/<uuid:media_id>/<str:rendition>/", views.photo, name="portal-photo"),
    path("figures/", views.figures, name="portal-figures"),
    path("data/", data.about, name="portal-data"),
    path("data/<str:day>.<str:kind>", data.download, name="portal-download"),
    path("accessibility/", views.accessibility, name="portal-accessibility"),
]
