"""The steps by which an office takes part in what a mechanism decides: records, draws, solutions, answers.

The mechanism says when it takes each; what the committee or the panel gives has pages of its own.
"""

from django.utils.translation import gettext_lazy

from jishi.apps.market import actions as market
from jishi.apps.market.mechanism import grounds_of, is_committed, view_of
from jishi.web.desk import step_forms as asked
from jishi.web.desk import step_runs as runs
from jishi.web.desk.step import Case, Step, awaiting, noticed, taking


def _may_prefer(case: Case) -> bool:
    return taking("prefer")(case) and grounds_of(case.offering) is not None


def _may_discredit(case: Case) -> bool:
    return taking("discredit")(case) and bool(case.offering.terms.get("credit_bp"))


def _may_answer(case: Case) -> bool:
    view = view_of(case.offering) if taking("answer")(case) else None
    return view is not None and bool(view.stage.get("unanswered"))


DECISION_STEPS: tuple[Step, ...] = (
    Step(
        "commit_draw",
        gettext_lazy("Commit to the draw"),
        "offering.prepare",
        lambda case: case.offering.state == "draft" and not is_committed(case.offering),
        runs.plain(market.commit_draw),
        gettext_lazy("The secret is drawn and kept; its commitment stands in the draft."),
        hint=gettext_lazy(
            "A secret is drawn that nobody sees; the notice carries its commitment, so it cannot be chosen later."
        ),
        tone="outline",
    ),
    Step(
        "prefer",
        gettext_lazy("Record a preference"),
        "preference.record",
        _may_prefer,
        runs.prefer,
        gettext_lazy("The bidder and the ground are recorded."),
        form=asked.PreferForm,
        tone="outline",
        hint=gettext_lazy(
            "Who may step before the leader at the price reached, or has more chances in a draw, as the notice states."
        ),
    ),
    Step(
        "discredit",
        gettext_lazy("Record poor credit"),
        "credit.record",
        _may_discredit,
        runs.discredit,
        gettext_lazy("The level is recorded; it counts as the notice states."),
        form=asked.DiscreditForm,
        tone="outline",
        hint=gettext_lazy(
            "As the credit register states it, before any bid is opened; level 0 takes it back."
        ),
    ),
    Step(
        "agree",
        gettext_lazy("Record the agreement"),
        "agreement.record",
        taking("agree"),
        runs.agree,
        gettext_lazy("The agreement is recorded; its publicity period has begun."),
        form=asked.AgreeForm,
        hint=gettext_lazy(
            "The price agreed with the only applicant, not below the floor; it is then public for objections."
        ),
        cites=("21号令 9", "21号令 5"),
    ),
    Step(
        "reveal_draw",
        gettext_lazy("Reveal the draw's secret"),
        "draw.make",
        awaiting("draw"),
        runs.plain(market.reveal_draw),
        gettext_lazy("The secret is revealed; the draw is made once the bidders' contributions are opened."),
        tone="seal",
        hint=gettext_lazy(
            "The secret committed to in the notice; the bidders' contributions are still sealed, so nobody can choose."
        ),
    ),
    Step(
        "solve_packages",
        gettext_lazy("Find the best packages"),
        "packages.solve",
        awaiting("solve"),
        runs.plain(market.solve_packages),
        gettext_lazy("The best packages are found, with a certificate that anyone can check."),
        hint=gettext_lazy(
            "The search takes seconds; what it finds counts only with proof that nothing is better."
        ),
    ),
    Step(
        "answer",
        gettext_lazy("Answer an objection"),
        "objection.decide",
        _may_answer,
        runs.answer,
        gettext_lazy("The objection is answered."),
        form=asked.AnswerForm,
        tone="seal",
        hint=gettext_lazy(
            "An objection upheld puts the proposed winner out or ends the sale, as the notice states; the words are"
            " for the objector alone. In a tender the answer comes within 3 days."
        ),
        cites=("招标投标法实施条例 54",),
    ),
    Step(
        "open_reserve",
        gettext_lazy("Open the reserve price"),
        "reserve.open",
        noticed("awaiting_reserve"),
        lambda ctx, offering, said: market.open_reserve(ctx, offering.id, said["passphrase"]),
        gettext_lazy("Your half is given. With both halves the price is revealed and the outcome decided."),
        form=asked.PassphraseForm,
        tone="seal",
        hint=gettext_lazy("Each of the two officers gives their own passphrase."),
        cites=("39号令 10",),
    ),
)
