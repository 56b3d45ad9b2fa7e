"""Who files, for whom, about which entry, and how votes on paper were cast: what is asked beside the answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.procedures.api import Filing
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryQuery
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.platform.words import say
from jishi.web.shell.site import language, market_pack

MOST_FOUND, MOST_SEARCHED = 20, 100
COUNTS: Mapping[str, Any] = {
    "members": gettext_lazy("Members entitled to vote"),
    "present": gettext_lazy("Present"),
    "yes": gettext_lazy("In favour"),
    "no": gettext_lazy("Against"),
    "abstain": gettext_lazy("Abstained"),
}
PLACES = {
    "party": "party",
    "behalf": "code",
    "behalf_how": "behalf_how",
    "subject": "words",
    "division": "division",
}


class StartForm(forms.Form):
    """Ask who files, for whom, where, and which entry the case is about.

    At the desk (`staff`) the party is found by its code, and may be none: a walk-in, or the office itself.
    """

    def __init__(
        self,
        *args: Any,
        ctx: Context,
        kind: packs.ProcedureKind,
        staff: bool = False,
        kept_behalf: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.ctx, self.kind, self.staff, self.kept_behalf = ctx, kind, staff, kept_behalf
        self.found: list[registers.EntryInfo] = []
        self.party = self.behalf = self.entry = ""
        if staff:
            self.fields["applicant"] = forms.CharField(
                label=_("Code of the applicant"),
                max_length=40,
                required=False,
                help_text=_("Left empty, the office files for itself or for somebody who is no party here."),
            )
        else:
            self.fields["party"] = forms.ChoiceField(
                label=_("Who applies"), choices=_own_parties(ctx, kind), widget=forms.RadioSelect
            )
        if kind.behalf:
            self._ask_behalf()
        if kind.subject:
            self._ask_subject(kind.subject)
        if not any(each.type == "division" for each in kind.questions):
            self.fields["division"] = forms.ChoiceField(label=_("Where the case belongs"), choices=_places())

    def clean(self) -> dict[str, Any]:
        """Find the parties by their codes and the entry by its words."""
        said: dict[str, Any] = super().clean() or {}
        code = said.get("applicant", "")
        self.party = self._find("applicant", code) if code else said.get("party", "")
        if said.get("behalf_how"):
            code = said.get("code", "")
            if code:
                self.behalf = self._find("code", code)
            elif not self.kept_behalf:
                self.add_error("code", _("State the code of the party you file for."))
        if self.kind.subject:
            self.find_entries(said.get("words", ""), said.get("entry", ""))
        return said

    def filing(self, before: Filing) -> Filing:
        """Return the filing with what was said here."""
        said = self.cleaned_data
        how = said.get("behalf_how", "")
        behalf = self.behalf or (before.behalf if how else "")
        return Filing(
            before.procedure,
            before.form,
            said.get("division") or before.division,
            self.party or ("" if "party" in self.fields else before.party),
            behalf if how else "",
            how,
            self.entry or before.subject,
            before.votes,
        )

    def find_entries(self, words: str, chosen: str = "") -> None:
        """Look for entries by words; the one chosen, or the one of that very number, is taken."""
        subject = self.kind.subject
        assert subject is not None
        self.found = list(self._search(subject, words))[:MOST_FOUND]
        ids = [each.id for each in self.found]
        exact = [each.id for each in self.found if each.number == words]
        if chosen in ids:
            self.entry = chosen
        elif len(exact) == 1:
            self.entry = exact[0]
        elif words and "find" not in self.data:
            said = _("Choose one of the entries found.") if ids else _("No entry is found by these words.")
            self.add_error("words", said)

    def tell(self, faults: list[Fault]) -> None:
        """Put faults of the engine beside the inputs they are about."""
        for fault in faults:
            if fault.code == "access.denied":
                raise fault
            place = PLACES.get(str(fault.params.get("field", "")))
            place = "applicant" if place == "party" and self.staff else place
            self.add_error(place if place in self.fields else None, say(fault.code, fault.params, language()))

    def _search(self, subject: Any, words: str) -> Iterator[registers.EntryInfo]:
        """Yield entries in the states asked for; where the law wants the holder, only those of whom the case is for."""
        owner = self.behalf or self.kept_behalf or self.party
        holder = (
            market_pack().register(subject.register_kind).field(subject.holder) if subject.holder else None
        )
        indexed = holder is not None and holder.indexed and bool(owner)
        if not words and not indexed:
            return
        facets = {holder.name: owner} if holder is not None and indexed else {}
        mine = holder is not None and not self.staff
        query = EntryQuery(
            subject.register_kind, text=words, facets=facets, public_only=not (mine or self.staff)
        )
        for each in registers.list_entries(query, None, MOST_SEARCHED).rows:
            fits = not subject.states or each.state in subject.states
            if fits and (not mine or (holder is not None and each.data.get(holder.name) == owner)):
                yield each

    def _find(self, place: str, code: str) -> str:
        found = next(
            (
                party
                for kind in (parties.ORGANISATION, parties.PERSON)
                if (party := _by_code(kind, code)) is not None
            ),
            None,
        )
        if found is None:
            self.add_error(
                place, _("No party here has this code. It must first be registered by its own people.")
            )
        return found.id if found else ""

    def _ask_behalf(self) -> None:
        lang = language()
        ways = [("", _("No, for ourselves")), *((each.id, each.title.say(lang)) for each in self.kind.behalf)]
        self.fields["behalf_how"] = forms.ChoiceField(
            label=_("On behalf of somebody else?"), choices=ways, required=False, widget=forms.RadioSelect
        )
        self.fields["code"] = forms.CharField(
            label=_("Code of the party you file for"),
            max_length=40,
            required=False,
            help_text=_("Unified social credit code, or number of the identity card"),
        )

    def _ask_subject(self, subject: Any) -> None:
        register = market_pack().register(subject.register_kind)
        self.fields["words"] = forms.CharField(
            label=_("Which entry of “%s” is it about?") % register.title.say(language()),
            max_length=100,
            required=False,
            help_text=_("Its number, or words of its title; “Find entries” lists what fits."),
        )
        self.fields["entry"] = forms.CharField(required=False, widget=forms.HiddenInput)


class VotesForm(forms.Form):
    """Take the counts of votes cast on paper; names are `vote-members` and so on."""

    def __init__(self, *args: Any, votes: tuple[packs.Vote, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self.votes = votes
        for vote in votes:
            for name, label in COUNTS.items():
                self.fields[f"{vote.id}-{name}"] = forms.IntegerField(
                    label=label, min_value=0, max_value=10_000_000, required=False
                )

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the counts by vote; a vote with nothing stated is left out."""
        found = {}
        for vote in self.votes:
            stated = {name: self.cleaned_data.get(f"{vote.id}-{name}") for name in COUNTS}
            if any(value is not None for value in stated.values()):
                found[vote.id] = {name: value or 0 for name, value in stated.items()}
        return found

    def groups(self) -> list[tuple[packs.Vote, str, list[Any]]]:
        """Return the inputs vote by vote, with the title of each."""
        return [
            (vote, vote.title.say(language()), [self[f"{vote.id}-{name}"] for name in COUNTS])
            for vote in self.votes
        ]

    def tell(self, faults: list[Fault]) -> None:
        """Put faults beside the counts in favour of the vote they are about."""
        for fault in faults:
            vote = str(fault.params.get("vote") or str(fault.params.get("field", "")).removeprefix("votes."))
            named = {each.id: each.title.say(language()) for each in self.votes}
            place = f"{vote}-yes" if vote in named else None
            said = say(fault.code, {**fault.params, "vote": named.get(vote, vote)}, language())
            self.add_error(place, said)


def votes_initial(votes: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return what saved counts fill the form with."""
    return {f"{vote}-{name}": value for vote, counts in votes.items() for name, value in counts.items()}


def _own_parties(ctx: Context, kind: packs.ProcedureKind) -> list[tuple[str, str]]:
    kinds = {*kind.start.kinds, *(each for way in kind.behalf for each in way.kinds)}
    found = parties.find_parties(ctx.actor.parties)
    return [
        (each.id, f"{each.name}（{each.code_masked}）")
        for each in found.values()
        if not kinds or each.kind in kinds
    ]


def _places() -> list[tuple[str, str]]:
    lang = language()
    rows = market_pack().divisions.values()
    named = [(each.code, f"{each.code} {each.name_en if lang == 'en' else each.name_zh}") for each in rows]
    return [("", "—"), *named]


def _by_code(kind: str, code: str) -> parties.PartyInfo | None:
    try:
        return parties.find_party_by_code(kind, code)
    except Fault:
        return None
