"""Addresses of the participant's room, all below /me/."""

from django.urls import path

from jishi.web.participant import application, contract, home, joint, panel, party, registration, sealed, seat

app_name = "participant"
urlpatterns = [
    path("", home.show_home, name="home"),
    path("security/", home.show_security, name="security"),
    path("parties/new/", party.register, name="party_new"),
    path("parties/<str:party_id>/", party.show, name="party"),
    path("agents/<str:representative_id>/revoke/", party.revoke, name="agent_revoke"),
    path("joint/new/", joint.form_joint, name="joint_new"),
    path("joint/<str:joint_id>/", joint.show, name="joint"),
    path("joint/<str:joint_id>/consent/", joint.consent, name="joint_consent"),
    path("apply/<str:offering_id>/", application.apply, name="apply"),
    path("registrations/<str:registration_id>/", registration.show, name="registration"),
    path("registrations/<str:registration_id>/pay/", registration.pay, name="deposit_pay"),
    path("registrations/<str:registration_id>/guarantee/", registration.guarantee, name="guarantee"),
    path("registrations/<str:registration_id>/withdraw/", registration.withdraw, name="withdraw"),
    path("registrations/<str:registration_id>/seal/", sealed.seal, name="seal"),
    path("seats/<str:offering_id>/", seat.show, name="seat"),
    path("seats/<str:offering_id>/key/", seat.register, name="seat_key"),
    path("seats/<str:offering_id>/hand-over/", seat.hand_over, name="seat_hand_over"),
    path("panels/", panel.list_own, name="panels"),
    path("panels/<str:panel_id>/", panel.show, name="panel"),
    path("panels/<str:panel_id>/accept/", panel.accept, name="panel_accept"),
    path("panels/<str:panel_id>/leave/", panel.leave, name="panel_leave"),
    path("panels/<str:panel_id>/marks/", panel.mark, name="panel_mark"),
    path("panels/<str:panel_id>/vote/", panel.vote, name="panel_vote"),
    path("panels/<str:panel_id>/close/", panel.close, name="panel_close"),
    path("contracts/<str:contract_id>/", contract.show, name="contract"),
    path("contracts/<str:contract_id>/pdf/", contract.read_pdf, name="contract_pdf"),
    path("contracts/<str:contract_id>/sign/", contract.sign, name="contract_sign"),
    path("instalments/<str:instalment_id>/", contract.find_instalment, name="instalment"),
    path("instalments/<str:instalment_id>/pay/", contract.pay, name="instalment_pay"),
]
