"""The draw of a panel worked out again from what is kept, and the seats that follow from it."""

from jishi.apps.panels.models import Expert, Member, Panel
from jishi.kernel.mechanism.draw import seed_of
from jishi.kernel.panel.record import read_demand, read_pool, read_recusal
from jishi.kernel.panel.seating import Member as Seat
from jishi.kernel.panel.seating import Panel as Drawn
from jishi.kernel.panel.seating import draw_panel as draw
from jishi.platform.context import Context


def drawn_of(panel: Panel) -> Drawn:
    """Return the draw of a panel as it came out, before anybody left."""
    seed = seed_of(panel.id, panel.secret, panel.contributions)
    pool = read_pool([row[:3] for row in panel.pool])
    return draw(pool, read_demand(panel.demand), read_recusal(panel.recusal), seed)


def make_member(ctx: Context, panel: Panel, drawn: Seat, seat: int) -> Member:
    """Give a seat to an expert drawn, who is asked now."""
    expert = Expert.objects.get(pk=next(row[3] for row in panel.pool if row[0] == drawn.expert))
    return Member.objects.create(
        panel=panel, seat=seat, alias=drawn.expert, expert=expert, person=expert.person or 0, name=expert.name,
        organisation=expert.organisation, speciality=drawn.speciality, place=drawn.place, asked_ms=ctx.now_ms(),
    )  # fmt: skip
