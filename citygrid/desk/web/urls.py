from django.urls import path

from citygrid.desk.web.views import cases, home, library, notices, reports, sheets

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
    path("sheets/", sheets.sheet_list, name="sheets"),
    path("sheets/runs/<uuid:run_id>/", sheets.run, name="sheet-run"),
    path("sheets/runs/<uuid:run_id>/marked/", sheets.marked, name="sheet-marked"),
    path("sheets/runs/<uuid:run_id>/commit/", sheets.commit, name="sheet-commit"),
    path("sheets/runs/<uuid:run_id>/undo/", sheets.undo, name="sheet-undo"),
    path("sheets/<slug:code>/", sheets.sheet, name="sheet"),
    path("sheets/<slug:code>/template.<slug:form>", sheets.template, name="sheet-template"),
    path("sheets/<slug:code>/records.<slug:form>", sheets.records, name="sheet-records"),
    path("procedures/", library.procedures, name="procedures"),
    path("procedures/<slug:code>/<int:version>/", library.procedure, name="procedure"),
]
