"""Addresses of the public room."""

from functools import partial

from django.urls import include, path
from django.views.generic import RedirectView

from jishi.web.public import law_many
from jishi.web.public.views import (
    bid,
    files,
    hall,
    home,
    log,
    notices,
    offering,
    panel,
    register,
    results,
    room,
    sealed,
    search,
    take,
    verify,
)

_moved = partial(RedirectView.as_view, permanent=True, query_string=True)
app_name = "public"
urlpatterns = [
    path("", home.show, name="home"),
    path("outline-<str:lang>.json", home.show_outline, name="outline"),
    path("lots/", hall.show, name="hall"),
    path("lots.<str:form>", hall.save, name="hall-save"),
    path("lots/<str:offering_id>/", offering.show, name="offering"),
    path("lots/<str:offering_id>/ask/", offering.ask, name="ask"),
    path("lots/<str:offering_id>/bundle.json", files.download_bundle, name="bundle"),
    path("lots/<str:offering_id>/quotes.csv", files.download_quotes, name="quotes"),
    path("lots/<str:offering_id>/receipt/<int:seq>.json", files.download_receipt, name="receipt"),
    path("lots/<str:offering_id>/sealed/", sealed.show, name="sealed"),
    path("lots/<str:offering_id>/sealed.json", sealed.read, name="sealed-json"),
    path("lots/<str:offering_id>/committee.json", sealed.download_committee, name="committee"),
    path("lots/<str:offering_id>/room/", room.show, name="room"),
    path("lots/<str:offering_id>/room.json", room.read, name="room-json"),
    path("lots/<str:offering_id>/take/<str:act>/", take.take, name="take"),
    path("lots/<str:offering_id>/supervise/", room.supervise, name="supervise"),
    path("lots/<str:offering_id>/bid/", bid.place, name="bid"),
    path("lots/<str:offering_id>/continue/", bid.go_on, name="continue"),
    path("lots/<str:offering_id>/ticket/", bid.give_ticket, name="ticket"),
    path("registers/", register.show_all, name="registers"),
    path("registers/<str:kind_id>/", register.show, name="register"),
    path("registers/<str:kind_id>/entries.json", register.show_json, name="register-json"),
    path("registers/<str:kind_id>/entries.<str:form>", register.save, name="register-save"),
    path("registers/<str:kind_id>/<str:entry_id>.json", register.show_entry_json, name="register-entry-json"),
    path("registers/<str:kind_id>/<str:entry_id>/", register.show_entry, name="register-entry"),
    path("lots/<str:offering_id>/panel/", panel.show_of, name="panel-of"),
    path("panels/<str:panel_id>.json", panel.read, name="panel-json"),
    path("panels/<str:panel_id>/", panel.show, name="panel"),
    path("results/", results.show, name="results"),
    path("results/results.csv", results.save, name="results-save"),
    path("results/<str:offering_id>/object/", results.object_to, name="object"),
    path("notices/", notices.show, name="notices"),
    path("notices/feed.atom", notices.feed, name="feed"),
    path("notices/<str:notice_id>/", notices.show_one, name="notice"),
    path("verify/", verify.show, name="verify"),
    path("verify/jishi-verify.pyz", verify.download_verifier, name="verifier"),
    path("verify/<str:offering_id>/", verify.show_offering, name="verify-offering"),
    path("law/<str:rule_id>/many/", law_many.show, name="law-many"),
    path("law/<str:rule_id>/many/blank.<str:form>", law_many.save_blank, name="law-many-blank"),
    path("law/<str:rule_id>/many/<str:run_id>/", law_many.show_run, name="law-many-run"),
    path("law/<str:rule_id>/many/<str:run_id>/result.<str:form>", law_many.save, name="law-many-save"),
    path("law/", include("jishi.web.public.law.urls")),
    path("measures/", include("jishi.web.public.reform.urls")),
    path("", include("jishi.web.public.procedures.urls")),
    # the addresses of before every factor was sold here
    path("land/lots.<str:form>", _moved(pattern_name="public:hall-save")),
    path("land/", _moved(pattern_name="public:hall")),
    path("land/<path:rest>", _moved(url="/lots/%(rest)s")),
    path("rules/", RedirectView.as_view(pattern_name="public:law:rules", permanent=True), name="rules"),
    path("log/", log.show, name="log"),
    path("log/checkpoint", log.send_checkpoint, name="log-checkpoint"),
    path("log/<path:name>", log.send_tile, name="log-tile"),
    path("search/", search.show, name="search"),
    path("complaints/", results.explain_complaints, name="complaints"),
]
