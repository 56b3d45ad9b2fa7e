"""Addresses of the law: the list, a rule, clauses and dated numbers; each also for programs."""

from django.urls import path

from jishi.web.public.law.views import clauses, limits, parameters, rule, rules

app_name = "law"
urlpatterns = [
    path("", rules.show, name="rules"),
    path("rules.<str:form>", rules.save, name="rules-save"),
    path("clauses/", clauses.show, name="clauses"),
    path("clauses.<str:form>", clauses.save, name="clauses-save"),
    path("clauses/<path:clause_id>.json", clauses.save_one, name="clause-save"),
    path("clauses/<path:clause_id>/", clauses.show_one, name="clause"),
    path("parameters/", parameters.show, name="parameters"),
    path("parameters.<str:form>", parameters.save, name="parameters-save"),
    path("limits/", limits.show, name="limits"),
    path("limits.<str:form>", limits.save, name="limits-save"),
    path("<str:rule_id>.<str:form>", rule.save, name="rule-save"),
    path("<str:rule_id>/", rule.show, name="rule"),
]
