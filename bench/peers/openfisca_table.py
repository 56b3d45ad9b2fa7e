"""Decide the table of `bench.residence` with OpenFisca; run by its own Python, prints JSON.

    python openfisca_table.py FOLDER DAY

FOLDER holds one array a fact (`NAME.npy`) and `day.npy`. What is unknown is not: OpenFisca has no such value.
"""

import json
import sys
import time
from pathlib import Path

import numpy
from openfisca_core import entities, periods, simulations, taxbenefitsystems, variables
from openfisca_core.parameters import Parameter, ParameterNode

FACTS = {
    "months": int,
    "job": bool,
    "home": bool,
    "enrolled": bool,
    "deposit": int,
    "offences": int,
    "referees": int,
}
MIN_MONTHS = {"2016-01-01": 6, "2022-01-01": 5, "2024-01-01": 3}
REFUSED, GRANTED, REVIEW = 1, 2, 3
AGAIN = 3
person = entities.Entity("person", "persons", "", "")


def fact(name: str, kind: type) -> type:
    """Make a variable of a fact."""
    fields = {"value_type": kind, "entity": person, "definition_period": periods.MONTH, "label": name}
    return type(name, (variables.Variable,), fields)


class decision(variables.Variable):
    """The same eight rows, highest rank first."""

    value_type = int
    entity = person
    definition_period = periods.MONTH
    label = "decision"

    def formula(self, period, parameters):
        months, job, home = self("months", period), self("job", period), self("home", period)
        enrolled, deposit = self("enrolled", period), self("deposit", period)
        offences, referees = self("offences", period), self("referees", period)
        long = months >= parameters(period).residence.min_months
        return numpy.select(
            [offences >= 3, enrolled & (deposit >= 5_000_000), (months < 2) & ~enrolled,
             (deposit >= 2_000_000) & (referees >= 2) & ~job & ~home, long & job, long & home, long & enrolled],
            [REFUSED, GRANTED, REFUSED, REVIEW, GRANTED, GRANTED, GRANTED],
            default=REFUSED,
        )  # fmt: skip


def system() -> taxbenefitsystems.TaxBenefitSystem:
    """Give a system that holds the table."""
    made = taxbenefitsystems.TaxBenefitSystem([person])
    made.add_variables(*(fact(name, kind) for name, kind in FACTS.items()), decision)
    values = {"values": {day: {"value": value} for day, value in MIN_MONTHS.items()}}
    node = ParameterNode("", data={})
    node.add_child("residence", ParameterNode("residence", data={}))
    node.residence.add_child("min_months", Parameter("residence.min_months", values))
    made.parameters = node
    return made


def decide(made: taxbenefitsystems.TaxBenefitSystem, facts: dict[str, numpy.ndarray], month: str) -> float:
    """Decide all cases of a month; give the seconds, without those of handing the columns over."""
    simulation = simulations.SimulationBuilder().build_default_simulation(made, len(facts["months"]))
    for name, values in facts.items():
        simulation.set_input(name, month, values)
    began = time.perf_counter()
    simulation.calculate("decision", month)
    return time.perf_counter() - began


def main() -> None:
    """Measure one day for all, and each case under its own month."""
    folder, day = Path(sys.argv[1]), sys.argv[2]
    facts = {name: numpy.load(folder / f"{name}.npy") for name in FACTS}
    days, made = numpy.load(folder / "day.npy"), system()
    one = min(decide(made, facts, day[:7]) for _ in range(AGAIN))
    spans = []
    for _ in range(AGAIN):
        began = time.perf_counter()
        months = days.astype("M8[M]")
        for month in numpy.unique(months):
            here = months == month
            decide(made, {name: values[here] for name, values in facts.items()}, str(month))
        spans.append(time.perf_counter() - began)
    print(json.dumps({"rows": len(days), "one_day_s": one, "own_day_s": min(spans)}))


if __name__ == "__main__":
    main()
