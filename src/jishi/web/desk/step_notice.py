"""The steps that bring an offering before the public and hold its clocks."""

from django.utils.translation import gettext_lazy

from jishi.apps.market import actions as market
from jishi.apps.market.mechanism import mechanism_of, takes_reserve
from jishi.web.desk import step_forms as asked
from jishi.web.desk import step_runs as runs
from jishi.web.desk.step import Step, is_running, noticed, taking

NOTICE_STEPS: tuple[Step, ...] = (
    Step(
        "publish",
        gettext_lazy("Publish the notice"),
        "offering.publish",
        lambda case: case.offering.state == "draft",
        runs.plain(market.publish_notice),
        gettext_lazy("The notice is published."),
        hint=gettext_lazy(
            "Another person than the one who prepared it. Law and encumbrances are checked again."
        ),
        cites=("39号令 8", "39号令 9"),
    ),
    Step(
        "seal",
        gettext_lazy("Seal the reserve price"),
        "reserve.seal",
        lambda case: case.offering.state == "draft" and takes_reserve(mechanism_of(case.offering)),
        runs.seal,
        gettext_lazy("The reserve price is sealed to two officers."),
        form=asked.SealForm,
        tone="outline",
        hint=gettext_lazy(
            "Only a commitment goes into the notice. Nobody can read the price before both officers open it."
        ),
        cites=("39号令 10",),
    ),
    Step(
        "supplement",
        gettext_lazy("Publish a supplementary notice"),
        "offering.publish",
        noticed("scheduled"),
        runs.supplement,
        gettext_lazy("The supplementary notice is published."),
        form=asked.SupplementForm,
        tone="outline",
        hint=gettext_lazy("Only before the listing starts; its dates are counted anew from today."),
    ),
    Step(
        "increment",
        gettext_lazy("Set the increment"),
        "offering.set_step",
        lambda case: noticed("free", "rounds")(case) or taking("set_step")(case),
        lambda ctx, offering, said: market.set_increment(
            ctx, offering.id, said["increment_fen"], said["reason"]
        ),
        gettext_lazy("The increment is changed."),
        form=asked.IncrementForm,
        tone="outline",
        cites=("39号令 18",),
    ),
    Step(
        "extend",
        gettext_lazy("Extend"),
        "offering.control",
        lambda case: noticed("scheduled", "free", "open")(case) and not case.offering.suspended,
        runs.extend,
        gettext_lazy("The listing is extended."),
        form=asked.ExtendForm,
        tone="outline",
    ),
    Step(
        "suspend",
        gettext_lazy("Suspend"),
        "offering.control",
        lambda case: is_running(case) and not case.offering.suspended,
        runs.reasoned(market.suspend_offering),
        gettext_lazy("The offering is suspended; its clocks stand still."),
        form=asked.ReasonForm,
        tone="outline danger",
        hint=gettext_lazy("Every clock stops; what is left of it is kept. The reason is public."),
    ),
    Step(
        "resume",
        gettext_lazy("Resume"),
        "offering.control",
        lambda case: is_running(case) and case.offering.suspended,
        runs.reasoned(market.resume_offering),
        gettext_lazy("The offering goes on."),
        form=asked.ReasonForm,
    ),
    Step(
        "terminate",
        gettext_lazy("Terminate"),
        "offering.control",
        is_running,
        runs.reasoned(market.terminate_offering),
        gettext_lazy("The offering is terminated; deposits are due back."),
        form=asked.ReasonForm,
        tone="outline danger",
        hint=gettext_lazy("There will be no result, and it cannot be undone. The reason is public."),
    ),
)
