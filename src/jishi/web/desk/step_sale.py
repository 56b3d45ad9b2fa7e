"""The steps after the mechanism has ended: award, result, contract, default, register."""

from django.utils.translation import gettext_lazy

from jishi.apps.market import actions as market
from jishi.apps.market.winning import may_follow
from jishi.apps.settlement import api as settlement
from jishi.web.desk import step_forms as asked
from jishi.web.desk import step_runs as runs
from jishi.web.desk.step import Step, is_paid, is_undrafted, is_unsigned, may_approve

NO_SALE = ("unsold", "halted", "converted", "terminated")

SALE_STEPS: tuple[Step, ...] = (
    Step(
        "confirm",
        gettext_lazy("Confirm the sale"),
        "sale.confirm",
        lambda case: case.offering.state == "ended",
        runs.plain(market.confirm_sale),
        gettext_lazy("The confirmation of sale is issued."),
        tone="seal",
        cites=("39号令 20",),
    ),
    Step(
        "publish_result",
        gettext_lazy("Publish the result"),
        "result.publish",
        lambda case: case.offering.state in ("confirmed", *NO_SALE) and not case.published,
        runs.plain(market.publish_result),
        gettext_lazy("The result is published."),
        cites=("39号令 22",),
    ),
    Step(
        "draft_contract",
        gettext_lazy("Draft the contract"),
        "contract.draft",
        is_undrafted,
        runs.draft_contracts,
        gettext_lazy("The contract is drafted; the grantee may sign it."),
        cites=("国土资发〔2010〕34号",),
    ),
    Step(
        "sign_contract",
        gettext_lazy("Sign for the grantor (sandbox)"),
        "contract.sign",
        lambda case: (
            case.offering.state == "published" and bool(case.contract) and not case.contract.signed_seller_ms
        ),
        runs.sign_contracts,
        gettext_lazy("Signed for the grantor (sandbox signature)."),
        tone="seal",
        hint=gettext_lazy("This signature is a sandbox without legal force."),
    ),
    Step(
        "declare_default",
        gettext_lazy("Declare the winner in default"),
        "sale.default",
        is_unsigned,
        runs.declare_default,
        gettext_lazy("The default is published: the deposit is kept, the lot may be listed again."),
        form=asked.DefaultForm,
        tone="outline danger",
        hint=gettext_lazy("After the last day to sign, or with a written refusal. It cannot be undone."),
        cites=("国土资发〔2010〕34号",),
    ),
    Step(
        "approve_start",
        gettext_lazy("Approve a lower start price"),
        "start_price.approve",
        may_approve,
        runs.approve_start,
        gettext_lazy("The price is approved: the next listing may start from it."),
        form=asked.ApprovalForm,
        tone="outline",
        hint=gettext_lazy(
            "Below the share of the first start price that may be set without approval; the approval is public."
        ),
    ),
    Step(
        "award_next",
        gettext_lazy("Award the next candidate"),
        "sale.confirm",
        lambda case: case.offering.state in ("defaulted", "published") and may_follow(case.offering),
        runs.plain(market.award_next),
        gettext_lazy("The next candidate is awarded and published; its contract can be drafted."),
        tone="seal",
        hint=gettext_lazy(
            "Whoever follows the winner in default, at its own bid; the lot may be offered anew instead."
        ),
        cites=("招标投标法实施条例 55",),
    ),
    Step(
        "record_payment",
        gettext_lazy("Record that the price is paid"),
        "office_payment.record",
        lambda case: (
            case.offering.state == "contracted"
            and bool(case.contract)
            and case.contract.payer == "office"
            and case.contract.state == "signed"
        ),
        runs.plain(settlement.record_office_payment),
        gettext_lazy("The payment to the supplier is recorded."),
        hint=gettext_lazy(
            "The office buys: it pays the supplier from its own account, outside the escrow account."
        ),
    ),
    Step(
        "write_entry",
        gettext_lazy("Write the register entry"),
        "registration_entry.write",
        lambda case: case.offering.state == "contracted" and is_paid(case),
        runs.plain(settlement.write_register_entry),
        gettext_lazy("The grantee is written into the register; the case is complete."),
        hint=gettext_lazy("Possible once the whole price is paid."),
        cites=("39号令 23",),
    ),
)
