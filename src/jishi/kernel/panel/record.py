"""The public record of a panel's draw (抽取记录): what was committed and contributed, who was drawn, who left.

Whoever holds it draws again and must come to the same members. It names nobody: experts stand in it under aliases of
this panel alone, employers under marks. Refuses a record whose parts do not follow from its commitments. What it cannot
show is that an alias is one person, or that a mark is one employer: that is attested.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.draw import commit_secret, is_random_part, seed_of
from jishi.kernel.panel.demand import Demand, Expert, Recusal, commit_pool
from jishi.kernel.panel.seating import Member, Panel, draw_panel, replace_member

FORMAT: Final = "jishi.panel_record/1"
OPENED: Final = ("pool", "demand", "recusal", "pool_salt", "secret", "secret_salt", "changes", "members")
"""What stands in a record only once it is opened."""


def dump_demand(demand: Demand) -> dict[str, Any]:
    """Return a demand as JSON; `read_demand` reads it back."""
    return {
        "seats": [list(seat) for seat in demand.seats],
        "least_size": demand.least_size,
        "representatives": [[each.id, each.organisation] for each in demand.representatives],
        "expert_share": list(demand.expert_share),
        "most_same": demand.most_same,
        "substitutes": demand.substitutes,
    }


def read_demand(value: Mapping[str, Any]) -> Demand:
    """Return the demand that JSON states."""
    numerator, denominator = value["expert_share"]
    return Demand(
        seats=tuple((name, count) for name, count in value["seats"]),
        least_size=value["least_size"],
        representatives=tuple(Expert(id, mark, frozenset()) for id, mark in value["representatives"]),
        expert_share=(numerator, denominator),
        most_same=value["most_same"],
        substitutes=value["substitutes"],
    )


def dump_pool(pool: Sequence[Expert]) -> list[list[Any]]:
    """Return a pool as JSON: alias, mark of the employer, fields; in the order of the aliases."""
    return [[each.id, each.organisation, sorted(each.specialities)] for each in sorted(pool)]


def read_pool(value: Sequence[Any]) -> list[Expert]:
    """Return the pool that JSON states."""
    return [Expert(id, mark, frozenset(fields)) for id, mark, fields in value]


def read_recusal(value: Mapping[str, Any]) -> Recusal:
    """Return the recusals that JSON states: {"experts": {alias: [ground]}, "organisations": {mark: ground}}."""
    experts = {alias: tuple(grounds) for alias, grounds in value["experts"].items()}
    return Recusal(experts, dict(value["organisations"]))


def extend_recusal(recusal: Recusal, more: Mapping[str, Sequence[str]]) -> Recusal:
    """Return recusals with further grounds of single experts, known later."""
    experts = {alias: tuple(grounds) for alias, grounds in recusal.experts.items()}
    for alias, grounds in more.items():
        experts[alias] = tuple(dict.fromkeys((*experts.get(alias, ()), *grounds)))
    return Recusal(experts, recusal.organisations)


def draw_again(record: Mapping[str, Any]) -> Panel:
    """Draw the panel of an opened record anew and let leave who left; raise what the draw raises.

    Each change is {"left": alias, "grounds": [code], "known": {alias: [code]}, "seated": alias or null}; `known` holds
    the grounds of others that had come to light by then. A seat nobody could take stays empty.
    """
    demand, recusal = read_demand(record["demand"]), read_recusal(record["recusal"])
    seed = seed_of(record["panel"], record["secret"], record["contributions"])
    panel, gone = draw_panel(read_pool(record["pool"]), demand, recusal, seed), set[str]()
    for change in record["changes"]:
        recusal = extend_recusal(recusal, change["known"])
        recusal = extend_recusal(recusal, {change["left"]: change["grounds"]})
        panel, seated = leave(panel, demand, change["left"], recusal)
        if seated is None:
            gone.add(change["left"])
        if seated != change["seated"]:
            raise Fault("panel.record.change", left=change["left"], told=change["seated"], found=seated)
    return panel._replace(members=tuple(each for each in panel.members if each.expert not in gone))


def leave(panel: Panel, demand: Demand, leaving: str, recusal: Recusal) -> tuple[Panel, str | None]:
    """Let a member leave; return the panel after it and who took the seat, None where nobody may.

    Raises `panel.not_member`. Without a successor the panel is returned as it was.
    """
    try:
        after = replace_member(panel, demand, leaving, recusal)
    except Fault as fault:
        if fault.code != "panel.no_substitute":
            raise
        return panel, None
    place = next(at for at, each in enumerate(panel.members) if each.expert == leaving)
    return after, after.members[place].expert


def check_record(record: Mapping[str, Any]) -> Panel | None:
    """Check a record from itself alone; return the panel drawn again, None while it is not opened.

    Raises `panel.record.form`, `.contributions`, `.secret`, `.pool`, `.change`, `.members`, or what the draw raises.
    """
    try:
        return _check(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Fault("panel.record.form", expected=FORMAT) from error


def _check(record: Mapping[str, Any]) -> Panel | None:
    if record["format"] != FORMAT:
        raise Fault("panel.record.form", expected=FORMAT)
    if record.get("secret") is None:
        return None
    contributions = record["contributions"]
    if not contributions or not all(map(is_random_part, contributions.values())):
        raise Fault("panel.record.contributions", count=len(contributions))
    if commit_secret(record["panel"], record["secret"], record["secret_salt"]) != record["secret_commitment"]:
        raise Fault("panel.record.secret")
    found = commit_pool(
        read_pool(record["pool"]), read_demand(record["demand"]), read_recusal(record["recusal"]), record["pool_salt"]
    )  # fmt: skip
    if found != record["pool_commitment"]:
        raise Fault("panel.record.pool")
    panel = draw_again(record)
    if record["members"] != [plain_member(each) for each in panel.members]:
        raise Fault("panel.record.members", drawn=[each.expert for each in panel.members])
    return panel


def plain_member(member: Member) -> dict[str, Any]:
    """Return what a record says of a seat: alias, field and place in the ranking (named, not drawn: "" and 0)."""
    return {"alias": member.expert, "speciality": member.speciality, "place": member.place}
