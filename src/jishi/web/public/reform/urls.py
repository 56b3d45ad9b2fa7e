"""Addresses of the measures: the list, one measure, the systems the policy names; each also for programs."""

from django.urls import path

from jishi.web.public.reform import views

app_name = "measures"
urlpatterns = [
    path("", views.show, name="all"),
    path("measures.<str:form>", views.save, name="save"),
    path("named/", views.show_named, name="named"),
    path("named.<str:form>", views.save_named, name="named-save"),
    path("<int:number>/", views.show_one, name="one"),
    path("<int:number>.json", views.save_one, name="one-save"),
]
