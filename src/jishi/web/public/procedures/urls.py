"""Addresses of the procedures, their publications and the documents they issue; each also for programs."""

from django.urls import path

from jishi.web.public.procedures import notice, paper, procedure

urlpatterns = [
    path("procedures/", procedure.show_all, name="procedures"),
    path("procedures.json", procedure.save_all, name="procedures-json"),
    path("procedures/<str:procedure_id>.json", procedure.save, name="procedure-json"),
    path("procedures/<str:procedure_id>/", procedure.show, name="procedure"),
    path("publicity/", notice.show_all, name="publicities"),
    path("publicity.json", notice.save_all, name="publicities-json"),
    path("publicity/<str:notice_id>.json", notice.save, name="publicity-json"),
    path("publicity/<str:notice_id>/", notice.show, name="publicity"),
    path("publicity/<str:notice_id>/object/", notice.object_to, name="publicity-object"),
    path("papers/", paper.ask, name="papers"),
    path("papers/<path:number>.json", paper.save, name="paper-json"),
    path("papers/<path:number>", paper.show, name="paper"),
]
