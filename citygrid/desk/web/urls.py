from django.urls import path

from citygrid.desk.web.views import cases, home, library, notices, reports

urlpatterns = [
    path("", home.home, name="home"),
    path("waiting/", home.waiting, name="waiting"),
    path("search/", home.search, name="search"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/<uuid:notice_id>/read/", notices.read, name="notice-read"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/new/", reports.new_report, name="report-new"),
    path("reports/<uuid:report_id>/", reports.report, name="report"),
    path("reports/<uuid:report_id>/accept/", reports.accept, name="report-accept"),
    path("reports/<uuid:report_id>/join/", reports.join, name="report-join"),
    path("reports/<uuid:report_id>/refuse/", reports.refuse, name="report-refuse"),
    path("reports/<uuid:report_id>/contact/", reports.reveal, name="report-contact"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/steps/<slug:action>/", cases.step, name="case-step"),
    path("categories/", library.categories, name="categories"),
    path("categories/<path:key>/", library.category, name="category"),
    path("procedures/", library.procedures, name="procedures"),
    path("procedures/<slug:code>/<int:version>/", library.procedure, name="procedure"),
]
