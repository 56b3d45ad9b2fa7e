"""Solve package bids and check their certificates, 20 lots and 300 packages by default.

    python -m bench.package [--lots 20] [--packages 300] [--each 5] [--rounds 5] [--limit 20000]
                            [--payments bid,vcg,core]

Lots are worth 500,000 to 1,500,000 yuan; a package asks for one lot and further ones with odds of about three in five,
at 80 % to 120 % of their worth and 5 % more for each lot. The price step is 1 fen, then 10,000 yuan, which leaves many
allocations equally good. Measured for each payment rule: seconds to solve (payments and every
certificate within), milliseconds to check the answer, its size, and how often the relaxation
branches. Beside it HiGHS alone, which proves nothing to others. The median of the rounds
(one seed each) and the worst count. Exit code 1 if a certificate leaves a gap.
"""

import argparse
import json
import random
import statistics
import sys
import time
from typing import Any

from jishi.kernel.mechanism.package_pay import RULES, add_up, check_payments
from jishi.kernel.mechanism.package_programme import Programme
from jishi.kernel.mechanism.package_proof import check_certificate, set_goal
from jishi.kernel.mechanism.package_settle import settle
from jishi.kernel.mechanism.package_slate import Package, Slate, lay_out, places_in
from jishi.project.bench.stage import machine

STEPS = (1, 1_000_000)


def main() -> None:
    """Measure and print a line a figure, then JSON."""
    options = _options()
    found: dict[str, Any] = {"machine": machine(), **vars(options), "figures": []}
    for step in STEPS:
        slates = [_make(options, seed, step) for seed in range(options.rounds)]
        for rule in options.payments.split(","):
            found["figures"].append(_sum_up(step, rule, [_measure(each, rule, options) for each in slates]))
    print(json.dumps(found, indent=1))
    sys.exit(any(each["gaps"] for each in found["figures"]))


def _measure(slate: Slate, rule: str, options: argparse.Namespace) -> dict[str, Any]:
    begun = time.perf_counter()
    allocation, certificate = settle(slate, rule, limit=options.limit)
    solved = time.perf_counter()
    proof = check_certificate(slate, allocation, certificate)
    check_payments(slate, add_up(slate, allocation), rule, certificate["payment"])
    checked = time.perf_counter()
    goal = set_goal(slate, ())
    Programme(slate, goal.step).propose(list(places_in(slate.eligible)), options.limit)
    alone = time.perf_counter()
    return {
        "solve_s": solved - begun,
        "check_ms": (checked - solved) * 1000,
        "highs_s": alone - checked,
        "kB": len(json.dumps(certificate)) / 1000,
        "branches": sum("branch" in entry for entry in certificate["tree"]),
        "gaps": int(proof.gap > 0),
    }


def _sum_up(step: int, rule: str, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    summed: dict[str, Any] = {"step_fen": step, "payment": rule, "gaps": sum(each["gaps"] for each in rounds)}
    for name in ("solve_s", "check_ms", "highs_s", "kB", "branches"):
        values = [each[name] for each in rounds]
        summed[name] = [round(statistics.median(values), 3), round(max(values), 3)]
    print(
        f"step {step:>7} {rule:5} solve {summed['solve_s'][0]:7.3f} s (worst {summed['solve_s'][1]:7.3f})"
        f"   check {summed['check_ms'][0]:6.1f} ms (worst {summed['check_ms'][1]:6.1f})"
        f"   HiGHS alone {summed['highs_s'][0]:6.3f} s   {summed['kB'][0]:7.1f} kB"
    )
    return summed


def _make(options: argparse.Namespace, seed: int, step: int) -> Slate:
    chance = random.Random(seed)
    worth = {f"l{place}": chance.randint(50, 150) * 1_000_000 for place in range(options.lots)}
    bids = []
    for bidder in range(options.packages // options.each):
        alias = f"b{bidder}"
        bids.append((alias, [_package(chance, alias, worth, step) for _ in range(options.each)]))
    return lay_out(dict.fromkeys(worth, 0), bids, "xor")


def _package(chance: random.Random, alias: str, worth: dict[str, int], step: int) -> Package:
    size = min(len(worth), 1 + int(chance.expovariate(0.5)))
    lots = tuple(sorted(chance.sample(list(worth), size), key=list(worth).index))
    price = sum(worth[lot] for lot in lots) * chance.uniform(0.8, 1.2) * (1 + 0.05 * size)
    return Package(alias, lots, int(price) // step * step)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, default in (("lots", 20), ("packages", 300), ("each", 5), ("rounds", 5), ("limit", 20_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--payments", default=",".join(RULES))
    return parser.parse_args()


if __name__ == "__main__":
    main()
