"""Hold the rows of a pack against each other: nothing may point at what is not there."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from jishi.apps.packs.kinds.field import FieldKind
from jishi.apps.packs.kinds.product import DepositFloor, LongestTerm, Product
from jishi.apps.packs.kinds.register import RegisterKind
from jishi.apps.packs.measure import check_reform
from jishi.apps.packs.method import check_methods
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import Problem
from jishi.kernel.rules.rule import Table

Place = tuple[str, str]
"""A file and a key in it."""


def check_references(pack: Pack) -> Iterator[Problem]:
    """Yield a problem for each reference that resolves to nothing."""
    yield from _law(pack)
    yield from _places(pack)
    for kind in pack.registers.values():
        yield from _register(pack, kind)
    for product in pack.products.values():
        yield from _product(pack, product)
    yield from check_reform(pack)
    if pack.scenario is not None:
        yield from _parties(pack)
        yield from _lots(pack)
        yield from _sales(pack)


def _law(pack: Pack) -> Iterator[Problem]:
    for parameter in pack.parameters.values():
        for step in parameter.steps:
            yield from _cites(pack, ("parameters/*.csv", parameter.id), step.clauses)
    for limit in pack.limits.values():
        place = ("limits/*.toml", f"limit[{limit.id}]")
        yield from _points(place, limit.id, pack.parameters, "pack.unknown_parameter")
        yield from _cites(pack, place, limit.cites)


def _places(pack: Pack) -> Iterator[Problem]:
    for division in pack.divisions.values():
        for pointer in filter(None, (division.parent, division.successor)):
            yield from _points(
                ("divisions.csv", division.code), pointer, pack.divisions, "pack.unknown_division"
            )
    yield from _points(
        ("pack.toml", "root_division"), pack.manifest.root_division, pack.divisions, "pack.unknown_division"
    )
    for wording, code in pack.land_use_aliases.items():
        yield from _points(("land_use_alias.csv", wording), code, pack.land_uses, "pack.unknown_land_use")


def _register(pack: Pack, kind: RegisterKind) -> Iterator[Problem]:
    file = f"registers/{kind.id}.toml"
    fields = {field.name for field in kind.fields}
    states = {state.id for state in kind.states}
    for key in ("code_field", "title_field", "holder_field"):
        if (pointer := getattr(kind, key)) is not None:
            yield from _points((file, key), pointer, fields, "pack.unknown_field")
    for name in kind.columns:
        yield from _points((file, "columns"), name, fields, "pack.unknown_field")
    yield from _validity(kind, file)
    yield from _watches(pack, kind, file)
    for state in kind.states:
        for following in state.next:
            yield from _points((file, f"state[{state.id}].next"), following, states, "pack.unknown_state")
    for burden in kind.encumbrances:
        yield from _cites(pack, (file, f"encumbrance[{burden.id}].cites"), burden.cites)
        yield from _cites(pack, (file, f"encumbrance[{burden.id}].lapses"), burden.lapses)
    yield from _field_names(file, kind.fields)
    for field in (*kind.fields, *(column for each in kind.fields for column in each.columns)):
        if field.register_kind is not None:
            place = (file, f"field[{field.name}].register_kind")
            yield from _points(place, field.register_kind, pack.registers, "pack.unknown_register")


def _watches(pack: Pack, kind: RegisterKind, file: str) -> Iterator[Problem]:
    fields = {field.name for field in kind.fields}
    for watch in kind.watches:
        key = f"watch[{watch.rule}]"
        tables = {name: rule for name, rule in pack.rules.items() if isinstance(rule, Table)}
        yield from _points((file, f"{key}.rule"), watch.rule, tables, "pack.unknown_carrier")
        known = {answer.id for answer in tables[watch.rule].answers} if watch.rule in tables else set()
        for answer in watch.answers if known else ():
            yield from _points((file, f"{key}.answers"), answer, known, "pack.unknown_carrier")
        for state in watch.states:
            yield from _points(
                (file, f"{key}.states"), state, {one.id for one in kind.states}, "pack.unknown_state"
            )
        for fact, source in watch.facts.items():
            yield from _points((file, f"{key}.facts"), fact, pack.facts, "pack.unknown_carrier")
            place = str(source).partition(".")
            if place[0] == "entry" and place[2] not in fields:
                yield from _points((file, f"{key}.facts.{fact}"), place[2], fields, "pack.unknown_field")


def _validity(kind: RegisterKind, file: str) -> Iterator[Problem]:
    if kind.validity is None:
        return
    dated = [field.name for field in kind.fields if field.type in ("date", "interval")]
    states = [state.id for state in kind.states]
    yield from _points((file, "validity.until"), kind.validity.until, dated, "pack.unknown_field")
    yield from _points((file, "validity.expired"), kind.validity.expired, states, "pack.unknown_state")
    for state in kind.validity.expires:
        yield from _points((file, "validity.expires"), state, states, "pack.unknown_state")


def _field_names(file: str, fields: tuple[FieldKind, ...]) -> Iterator[Problem]:
    names = [field.name for field in fields]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(file, "field.name", name, "pack.twice", params={"first": file})
    for field in fields:
        yield from _field_names(file, field.columns)


def _product(pack: Pack, product: Product) -> Iterator[Problem]:
    file = f"products/{product.id}.toml"
    yield from _product_register(pack, product, file)
    yield from _product_timeline(pack, product, file)
    for key in ("deposits", "longest_terms", "instalments", "steps"):
        for cited in getattr(product, key):
            yield from _cites(pack, (file, f"{key}.cites"), cited.cites)
    by_use: list[DepositFloor | LongestTerm] = [*product.deposits, *product.longest_terms]
    for row in by_use:
        yield from _points((file, "parameter"), row.parameter, pack.parameters, "pack.unknown_parameter")
        for use in row.uses:
            yield from _points((file, "uses"), use, pack.land_uses, "pack.unknown_land_use")
    for instalment in product.instalments:
        for pointer in filter(None, (instalment.share, instalment.months)):
            yield from _points((file, "instalment"), pointer, pack.parameters, "pack.unknown_parameter")
    yield from _mechanisms(pack, product, file)
    for exclusion in product.qualification.exclusions:
        yield from _cites(pack, (file, f"qualification.exclusion[{exclusion.id}].cites"), exclusion.cites)
    yield from _cites(pack, (file, "cites"), product.cites)
    if product.seller_fee is not None:
        yield from _points(
            (file, "seller_fee"), product.seller_fee, pack.parameters, "pack.unknown_parameter"
        )
    if product.relist is not None:
        floor = product.relist.floor
        yield from _points((file, "relist.floor"), floor, pack.parameters, "pack.unknown_parameter")
    yield from _guards(pack, product, file)


def _guards(pack: Pack, product: Product, file: str) -> Iterator[Problem]:
    for key, rule in product.guard:
        if rule is not None:
            yield from _points((file, f"guard.{key}"), rule, pack.rules, "pack.unknown_rule")
    declared = [(f"exclusion[{each.id}].fact", each.fact) for each in product.qualification.exclusions]
    said = [(f"facts.{name}", name) for name in product.facts]
    for choice in product.mechanisms:
        said += [(f"mechanism[{choice.id}].facts.{name}", name) for name in choice.facts]
    for key, fact in [*said, *declared]:
        if fact is not None:
            yield from _points((file, key), fact, pack.facts, "pack.unknown_fact")


def _mechanisms(pack: Pack, product: Product, file: str) -> Iterator[Problem]:
    yield from check_methods(pack, product, file)
    for choice in product.mechanisms:
        key = f"mechanism[{choice.id}]"
        yield from _cites(pack, (file, f"{key}.cites"), choice.cites)
        for term in choice.terms:
            yield from _cites(pack, (file, f"{key}.term[{term.name}].cites"), term.cites)


def _product_register(pack: Pack, product: Product, file: str) -> Iterator[Problem]:
    yield from _points((file, "register"), product.register_kind, pack.registers, "pack.unknown_register")
    if product.register_kind in pack.registers:
        states = {state.id for state in pack.registers[product.register_kind].states}
        moves = (product.offered_as, product.granted_as, product.registered_as)
        for state in (*product.offered_in, *filter(None, moves)):
            key = "offered_in, offered_as, granted_as, registered_as"
            yield from _points((file, key), state, states, "pack.unknown_state")
    if not (pack.root / product.contract_template).is_file():
        templates = [path.relative_to(pack.root).as_posix() for path in pack.root.glob("templates/*")]
        yield from _points(
            (file, "contract_template"), product.contract_template, templates, "pack.no_template"
        )


def _product_timeline(pack: Pack, product: Product, file: str) -> Iterator[Problem]:
    steps = {step.id for step in product.steps}
    for limit in product.limits:
        yield from _points((file, "limit.limit"), limit.limit, pack.limits, "pack.unknown_limit")
        for step in (limit.start, limit.end):
            yield from _points((file, f"limit[{limit.limit}]"), step, steps, "pack.unknown_step")
        for name in limit.mechanisms:
            known = [each.id for each in product.mechanisms]
            yield from _points((file, f"limit[{limit.limit}]"), name, known, "pack.unknown_mechanism")


def _parties(pack: Pack) -> Iterator[Problem]:
    scenario = pack.scenario
    assert scenario is not None
    file, parties = "scenario/scenario.toml", {party.id for party in scenario.parties}
    yield from _points((file, "product"), scenario.product, pack.products, "pack.unknown_product")
    yield from _points((file, "grantor"), scenario.grantor, parties, "pack.unknown_party")
    for account in scenario.accounts:
        if account.party is not None:
            yield from _points(
                (file, f"account[{account.login}].party"), account.party, parties, "pack.unknown_party"
            )
    for bidder in scenario.bidders:
        yield from _points((file, "bidder.party"), bidder.party, parties, "pack.unknown_party")
    for code in [each.division for each in scenario.accounts] + [each.division for each in scenario.parties]:
        yield from _points((file, "division"), code, pack.divisions, "pack.unknown_division")


def _lots(pack: Pack) -> Iterator[Problem]:
    scenario = pack.scenario
    assert scenario is not None
    parties = {party.id for party in scenario.parties}
    for lot in scenario.lots:
        place = ("scenario/lots.csv", lot.number)
        yield from _points(place, lot.division, pack.divisions, "pack.unknown_division")
        for use in lot.uses:
            yield from _points(place, use.code, pack.land_uses, "pack.unknown_land_use")
        for party in lot.bidders:
            yield from _points(place, party, parties, "pack.unknown_party")


def _sales(pack: Pack) -> Iterator[Problem]:
    scenario = pack.scenario
    assert scenario is not None
    parties = {party.id for party in scenario.parties}
    for sale in scenario.sales:
        place = ("scenario/sales.toml", sale.number)
        yield from _points(place, sale.product, pack.products, "pack.unknown_product")
        yield from _points(place, sale.division, pack.divisions, "pack.unknown_division")
        if product := pack.products.get(sale.product):
            known = [each.id for each in product.mechanisms]
            yield from _points(place, sale.mechanism, known, "pack.unknown_mechanism")
        for party in sale.bidders:
            yield from _points(place, party, parties, "pack.unknown_party")


def _cites(pack: Pack, place: Place, cites: tuple[str, ...]) -> Iterator[Problem]:
    for clause in cites:
        yield from _points(place, clause, pack.clauses, "pack.unknown_clause")


def _points(place: Place, pointer: str, known: Collection[str], code: str) -> Iterator[Problem]:
    """Yield a problem, naming the nearest known identities, if `pointer` is not `known`."""
    if pointer not in known:
        near = get_close_matches(pointer, known, n=3, cutoff=0.4) or sorted(known)[:3]
        yield Problem(*place, pointer, code, ", ".join(near))
