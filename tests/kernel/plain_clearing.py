"""A call auction cleared the slow way: every tick looked at, every order served one after another."""

from jishi.kernel.mechanism.clear_call import Preference

Row = tuple[int, int]
"""A tick and a quantity."""
SPAN = 12


def searched(buys: list[Row], sells: list[Row], preference: Preference) -> tuple[int | None, int]:
    """Find the price by looking at every tick, as the rule book reads."""

    def demand(tick: int) -> int:
        return sum(quantity for at, quantity in buys if at >= tick)

    def supply(tick: int) -> int:
        return sum(quantity for at, quantity in sells if at <= tick)

    def volume(tick: int) -> int:
        return min(demand(tick), supply(tick))

    def surplus(tick: int) -> int:
        return demand(tick) - supply(tick)

    most = max(map(volume, range(SPAN)))
    if most == 0:
        return None, 0
    left = [tick for tick in range(SPAN) if volume(tick) == most]
    least = min(abs(surplus(tick)) for tick in left)
    left = [tick for tick in left if abs(surplus(tick)) == least]
    for rule in preference.order:
        if rule == "reference" and preference.reference is not None:
            near = min(abs(tick - preference.reference) for tick in left)
            left = [tick for tick in left if abs(tick - preference.reference) == near]
        elif rule == "pressure" and all(surplus(tick) > 0 for tick in left):
            left = left[-1:]
        elif rule == "pressure" and all(surplus(tick) < 0 for tick in left):
            left = left[:1]
    return (left[0] + left[-1]) // 2, most


def served(rows: list[Row], volume: int, sign: int) -> list[int]:
    """Fill one order after another: better price first, then the earlier."""
    filled = [0] * len(rows)
    for row in sorted(range(len(rows)), key=lambda row: (sign * rows[row][0], row)):
        filled[row] = min(rows[row][1], volume)
        volume -= filled[row]
    return filled
