"""Everything that moves money or signs for it. Each action is one transaction: books, rows and evidence, or nothing."""

from jishi.apps.settlement.actions.contract import (
    draft_contract,
    draft_contracts,
    sign_contract,
    sign_contracts,
)
from jishi.apps.settlement.actions.guarantee import accept_guarantee, file_guarantee, refuse_guarantee
from jishi.apps.settlement.actions.overdue import watch_again
from jishi.apps.settlement.actions.payment import (
    match_payment,
    pay_deposit,
    pay_deposits,
    post_payment,
    receive_payments,
    return_payment,
)
from jishi.apps.settlement.actions.price import (
    pay_instalment,
    pay_instalments,
    record_office_payment,
    write_register_entry,
)
from jishi.apps.settlement.actions.reconciliation import reconcile, take_statement
from jishi.apps.settlement.actions.refund import pay_refunds

__all__ = [
    "accept_guarantee",
    "draft_contract",
    "draft_contracts",
    "file_guarantee",
    "match_payment",
    "pay_deposit",
    "pay_deposits",
    "pay_instalment",
    "pay_instalments",
    "pay_refunds",
    "post_payment",
    "receive_payments",
    "reconcile",
    "record_office_payment",
    "refuse_guarantee",
    "return_payment",
    "sign_contract",
    "sign_contracts",
    "take_statement",
    "watch_again",
    "write_register_entry",
]
