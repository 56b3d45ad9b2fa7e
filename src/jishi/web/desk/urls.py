"""Addresses of the desk, all below /desk/."""

from django.urls import path

from jishi.web.desk import (
    entries,
    home,
    objections,
    offerings,
    oversight,
    payments,
    questions,
    registrations,
    reserve,
    steps,
    treasury,
)

app_name = "desk"
urlpatterns = [
    path("", home.show_home, name="home"),
    path("offerings/", offerings.list_offerings, name="offerings"),
    path("offerings/new/", offerings.choose_entry, name="offering_choose"),
    path("offerings/new/<str:entry_id>/", offerings.prepare, name="offering_new"),
    path("offerings/<str:offering_id>/", offerings.show, name="offering"),
    path("offerings/<str:offering_id>/revise/", offerings.revise, name="offering_revise"),
    path("offerings/<str:offering_id>/relist/", offerings.relist, name="offering_relist"),
    path("offerings/<str:offering_id>/contract.pdf", offerings.read_contract, name="offering_contract"),
    path("offerings/<str:offering_id>/registrations/", registrations.list_all, name="registrations"),
    path("offerings/<str:offering_id>/qualify/", registrations.qualify, name="qualify"),
    *(
        path(
            f"offerings/<str:offering_id>/{step.id.replace('_', '-')}/",
            steps.view_of(step),
            name=f"offering_{step.id}",
        )
        for step in steps.STEPS
    ),
    path("registrations/<str:registration_id>/", registrations.show, name="registration"),
    path("registrations/<str:registration_id>/refuse/", registrations.refuse, name="refuse"),
    path("questions/", questions.list_open, name="questions"),
    path("questions/<str:question_id>/", questions.answer, name="question"),
    path("reserve-key/", reserve.register_key, name="officer_key"),
    path("entries/", entries.list_all, name="entries"),
    path("entries/new/<str:kind_id>/", entries.create, name="entry_new"),
    path("entries/<str:entry_id>/", entries.show, name="entry"),
    path("entries/<str:entry_id>/amend/", entries.amend, name="entry_amend"),
    path("entries/<str:entry_id>/state/", entries.set_state, name="entry_state"),
    path("entries/<str:entry_id>/burden/", entries.add_burden, name="burden_add"),
    path("entries/<str:entry_id>/burden/<str:encumbrance_id>/lift/", entries.lift_burden, name="burden_lift"),
    path("payments/", payments.list_payments, name="payments"),
    path("payments/post/", payments.post_payment, name="payment_post"),
    path("payments/<str:payment_id>/", payments.show_payment, name="payment"),
    path("payments/<str:payment_id>/match/", payments.match_payment, name="payment_match"),
    path("payments/<str:payment_id>/return/", payments.return_payment, name="payment_return"),
    path("guarantees/", treasury.list_guarantees, name="guarantees"),
    path("guarantees/<str:guarantee_id>/scan/", treasury.read_guarantee, name="guarantee_scan"),
    path("guarantees/<str:guarantee_id>/accept/", treasury.accept_guarantee, name="guarantee_accept"),
    path("guarantees/<str:guarantee_id>/refuse/", treasury.refuse_guarantee, name="guarantee_refuse"),
    path("refunds/", treasury.list_refunds, name="refunds"),
    path("refunds/pay/", treasury.pay_refunds, name="refunds_pay"),
    path("reconciliations/", treasury.list_reconciliations, name="reconciliations"),
    path("reconciliations/run/", treasury.reconcile, name="reconcile"),
    path("objections/", objections.list_all, name="objections"),
    path("objections/<str:objection_id>/", objections.show, name="objection"),
    path("accesses/", oversight.list_accesses, name="accesses"),
    path("accesses/save.csv", oversight.save_accesses, name="accesses_save"),
    path("standing/", oversight.show_standing, name="standing"),
]
