"""Plays a dated run of a procedure through the pages: who applies, decides, objects or only reads has a browser."""

import json
import os
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Locator, Page, expect

from jishi.apps.packs.api import ProcedureKind, default_pack
from tests.apps.procedures.conftest import PDF, instant
from tests.apps.procedures.run_file import STAFF, Run, fill_lot, is_own
from tests.web.person import Person, press
from tests.web.run_house import House

DESK_ACTS = {"supplement_asked", "suspend", "resume", "extend", "reopen"}
NAMES = {"suspend": "suspended", "resume": "resumed", "extend": "extended", "reopen": "reopened"}
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class Play:
    """One run: its case, who files it, what each act does to the pages."""

    def __init__(self, house: House, procedure: str, run: Run) -> None:
        self.house, self.run = house, run
        self.kind: ProcedureKind = default_pack().procedures[procedure]
        owner = "unit" if run.get("party") == "organisation" else "li"
        behalf = "li" if run.get("behalf") == "person" else "village" if run.get("behalf_how") else ""
        self.owner = owner if is_own(run) else ""
        self.behalf = behalf
        house.move_to(run["day"], run.get("hour", 9))
        parties = house.parties
        self.staged = house.stage.ask(
            "stage", run=dict(run), party=parties[owner], behalf=parties.get(behalf, "")
        )
        self.case: str = self.staged["case"]
        self.at: Any = self.kind.steps[0]

    # --- filing

    def file(self) -> None:
        """File the case through the guided form, as its applicant or at the desk; an event needs nobody."""
        if not self.case:
            who = self.owner or self.run["filed_by"]
            person, room = self.house.person(who), "/me" if self.owner else "/desk"
            person.go(f"{room}/cases/new/{self.kind.id}/")
            self._begin(person)
            asked = fill_lot(self.run, self.staged["lot"])
            parts = ["review"]
            while (part := person.page.url.rstrip("/").rsplit("/", 1)[1]) != "review":
                parts.append(part)
                self._fill_part(person, part, asked)
            self._shoot_form(person, parts)
            assert not asked, f"never asked in {self.kind.id}: {', '.join(asked)}"
            person.sees("Everything asked for is here.")
            press(person, person.page.locator("main button[name=file]"))
            self.case = person.page.url.rstrip("/").rsplit("/", 1)[1]
        self.check(self.run, self.owner or self.run.get("filed_by", "clerk"))
        self._see_in_inbox()

    def _shoot_form(self, person: Person, parts: list[str]) -> None:
        review = urlsplit(person.page.url).path
        for part in dict.fromkeys([*parts, "start"]):
            person.shoot(f"{self.kind.id}-form-{part}", review.replace("/review/", f"/{part}/"))
        if os.environ.get("JISHI_SHOTS"):
            person.go(review)

    def _begin(self, person: Person) -> None:
        page = person.page
        if self.owner:
            page.locator(f"main [name=party][value='{self.house.parties[self.owner]}']").check()
        if self.behalf:
            page.locator(f"main [name=behalf_how][value='{self.run['behalf_how']}']").check()
            code = {"li": "11010519491231002X", "village": "11220281013524671G"}[self.behalf]
            person.fill(code=code)
        if page.locator("main [name=division]").count():
            page.locator("main [name=division]").select_option(self.run["division"])
        if self.kind.subject:
            person.fill(words=self.staged["number"])
        press(person, page.locator("main button[name=go]"))
        assert "/form/" in page.url, page.locator("main").inner_text()

    def _fill_part(self, person: Person, part: str, asked: dict[str, Any]) -> None:
        page = person.page
        if part == "documents":
            for need in self.run.get("documents", []):
                page.locator(f"main [name='{need}']").set_input_files(_pdf(need))
        elif part == "votes":
            for vote, counts in self.run.get("votes", {}).items():
                person.fill(**{f"{vote}-{name}": str(count) for name, count in counts.items()})
        else:
            self._answer_part(person, part, asked)
        before = (page.url, len(asked))
        press(person, page.locator("main form .actions button[name=go]"))
        moved = page.url.split("?")[0] != before[0].split("?")[0]
        assert moved or "More is asked" in page.locator("main").inner_text(), page.locator(
            "main"
        ).inner_text()

    def _answer_part(self, person: Person, part: str, asked: dict[str, Any]) -> None:
        own = [each for each in self.kind.questions if (each.section or "answers") == part]
        deciding = {name for each in own for name in _NAME.findall(each.when)}
        for question in own:
            box = person.page.locator(f"main [name='{question.name}']")
            if question.name not in asked or not box.count():
                continue
            if question.name in deciding:
                _redraw(person.page, box, asked.pop(question.name), "#answers")
            else:
                _put(box, asked.pop(question.name))

    # --- acting

    def act(self, act: Run) -> None:
        """Let the day come, let who acts act, and see on the pages what it led to."""
        now = self.house.clock.now_ms()
        if instant(act["day"], act.get("hour", 10)) > now:
            self.house.move_to(act["day"], act.get("hour", 10))
        if act["by"] != "clock":
            self._ways[act.get("do", "decide")](act)
        self.check(act, self._name(act["by"]))

    def _name(self, by: str) -> str:
        if by == "applicant":
            return "unit" if self.run.get("party") == "organisation" else "li"
        return by if by in STAFF else self.owner or "clerk"

    @property
    def _ways(self) -> dict[str, Callable[[Run], None]]:
        return {
            "decide": self._decide,
            "object": self._object,
            "answer": self._answer,
            "panel": lambda act: self.house.stage.ask(
                "panel", case=self.case, counts=act["counts"], passed=act["passed"]
            ),
            "supplement": self._supplement,
            **dict.fromkeys(DESK_ACTS, self._handle),
        }

    def _decide(self, act: Run) -> None:
        person, name = self.house.person(self._name(act["by"])), act["decision"]
        form = self._own_form(person, name) if act["by"] == "applicant" else self._desk_form(person, name)
        if form is None:
            assert "refused" in act, f"{person.name} is not offered {name}:\n{_text(person)}"
            if act["by"] != "applicant":
                self._see_why_not(person, name)
            return
        self._fill_act(form, act)
        press(person, form.locator(".actions button").first)
        if "refused" in act:
            problems = person.page.locator("main .problems li")
            assert problems.count(), f"{name} was not refused: {_text(person)}"
        else:
            assert not person.page.locator("main .problems").count(), _text(person)

    def _see_why_not(self, person: Person, decision: str) -> None:
        """See, beside a step that is not the officer's to take, why it is not."""
        found = next((each for each in self.at.decisions if each.id == decision), None)
        if found is not None and found.by == "person":
            notes = person.page.locator("aside.case .verdict.note b")
            expect(notes.filter(has_text=found.title.en)).to_have_count(1)
            assert not re.search(r"not for$", _text(person), re.MULTILINE)

    def _own_form(self, person: Person, decision: str) -> Locator | None:
        person.go(f"/me/cases/{self.case}/")
        form = person.page.locator(f"main form[action*='/decide/{decision}/']")
        return form if form.count() else None

    def _desk_form(self, person: Person, act: str) -> Locator | None:
        person.go(f"/desk/cases/{self.case}/")
        button = person.page.locator(f"aside.case .steps-open button[popovertarget='step-{act}']")
        if not button.count():
            return None
        button.click()
        return person.page.locator(f"#step-{act}:popover-open form")

    def _fill_act(self, form: Locator, act: Run) -> None:
        for name, value in act.get("answers", {}).items():
            box = form.locator(f"[name='{name}']")
            trigger = form.locator("[id^='asked-']").get_attribute("hx-trigger") or ""
            if f"#{box.get_attribute('id')}" in trigger.replace(",", " ").replace("from:", " ").split():
                _redraw(form.page, box, value, "[id^='asked-']")
            else:
                _put(box, value)
        for need in act.get("documents", []):
            form.locator(f"[name='{need}'], [name='document-{need}']").set_input_files(_pdf(need))
        for name in ("because", "ground"):
            if name in act:
                form.locator(f"[name={name}][value='{act[name]}']").check()
        words = form.locator("[name=words]")
        if act.get("words") and words.count():
            words.fill(act["words"])

    def _handle(self, act: Run) -> None:
        person, name = self.house.person(act["by"]), NAMES.get(act["do"]) or str(act["do"])
        form = self._desk_form(person, name)
        assert form is not None, f"{person.name} may not {name}:\n{_text(person)}"
        self._fill_act(form, act)
        press(person, form.locator(".actions button").first)

    def _supplement(self, act: Run) -> None:
        person = self.house.person(self._name("applicant"))
        person.go(f"/me/cases/{self.case}/")
        for need in act.get("documents", []):
            person.page.locator(f"#supplement [name='{need}']").set_input_files(_pdf(need))
        press(person, person.page.locator("#supplement button[name=done]"))

    def _object(self, act: Run) -> None:
        person = self.house.person("neighbour")
        self._open_publicity(person)
        person.fill(text=act["words"])
        press(person, person.page.locator("#object form button"))
        person.sees(act["words"])

    def _answer(self, act: Run) -> None:
        person = self.house.person(act["by"])
        person.go(f"/desk/cases/{self.case}/")
        form = person.page.locator("#objections details", has=person.page.locator("[name=verdict]"))
        form.locator("summary").click()
        form.locator(f"[name=verdict][value='{act['verdict']}']").check()
        form.locator("[name=words]").fill(act["words"])
        press(person, form.locator("form > button"))

    # --- what the pages show

    def check(self, act: Run, who: str) -> None:
        """Compare the pages with what the run says: the place, the last day, the paper, the entries."""
        own = who in ("li", "unit")
        person = self.house.person(who)
        room = "/me" if own else "/desk"
        elsewhere = act.get("by") == "clock" or act.get("do") in ("panel", "object")
        if elsewhere or not person.page.url.endswith(f"{room}/cases/{self.case}/"):
            person.go(f"{room}/cases/{self.case}/")
        if places := self._places(act):
            self.at = places[0]
            (self._check_own if own else self._check_desk)(person, places, act)
            person.shoot(f"{self.kind.id}-{room[1:]}-{self.at.id}", f"{room}/cases/{self.case}/")
        if act.get("paper"):
            self._verify(person, act["paper"])
        if "suspended" in act:
            assert self.house.stage.ask("suspended", lot=self.staged["lot"]) == act["suspended"]
        if wanted := act.get("entries"):
            found = self.house.stage.ask("entries", case=self.case, wanted=wanted)
            assert found == json.loads(json.dumps(wanted, default=str))
        step = next((each for each in self.kind.steps if each.id == act.get("step")), None)
        if step is not None and step.publicity is not None:
            stranger = self.house.person("stranger")
            self._open_publicity(stranger)
            stranger.shoot(f"{self.kind.id}-publicity", urlsplit(stranger.page.url).path)

    def _places(self, act: Run) -> list[Any]:
        """Give the steps or ends at which the case may now stand."""
        steps = [each for each in (*self.kind.steps, *self.kind.ends) if each.id == act.get("step")]
        ends = [each for each in self.kind.ends if each.outcome == act.get("outcome")]
        return steps or ends

    def _check_desk(self, person: Person, places: list[Any], act: Run) -> None:
        page = person.page
        expect(page.locator("main h1 .tag").first).to_have_text(_one_of(each.title.en for each in places))
        if "due" in act:
            last = page.locator("aside.case h2 + p").first.locator("time")
            expect(last).to_have_text(str(act["due"]))

    def _check_own(self, person: Person, places: list[Any], act: Run) -> None:
        page = person.page
        expect(page.locator("main p.lead").first).to_have_text(_one_of(each.plain.en for each in places))
        if "outcome" in act:
            expect(page.locator("main h1 .tag")).to_have_text(_one_of(each.title.en for each in places))
        if "due" in act:
            expect(page.locator("main dl.facts time").first).to_have_text(str(act["due"]))

    def _verify(self, person: Person, title: str) -> None:
        """Read the number of the paper issued last, and let a stranger verify it."""
        page = person.page
        sheet = page.locator(
            "section.sheet", has=page.get_by_role("heading", name=re.compile("Documents issued"))
        )
        expect(sheet).to_contain_text(title)
        number = sheet.locator(".hash, dl.facts b").last.inner_text()
        stranger = self.house.person("stranger")
        stranger.go("/papers/")
        stranger.fill(number=number)
        stranger.press("Verify")
        expect(stranger.page.locator("main .verdict")).to_contain_text(f"{title} {number}: valid")
        assert stranger.read(f"/papers/{number}")
        stranger.shoot(f"{self.kind.id}-paper", f"/papers/{number}")

    def _open_publicity(self, person: Person) -> None:
        person.go(f"/publicity/?procedure={self.kind.id}")
        person.page.locator("main table th a").first.click()
        expect(person.page.locator("main h1 .tag")).to_have_text("published now")

    def _see_in_inbox(self) -> None:
        """See the case in the inbox of an officer whose turn it is."""
        step = self.kind.steps[0]
        name = next((each for each, role in STAFF.items() if role == step.role), "")
        if name:
            person = self.house.person(name)
            person.go("/desk/?kind=case")
            expect(person.page.locator(f"main a[href='/desk/cases/{self.case}/']").first).to_be_visible()

    def finish(self) -> None:
        """Let the applicant read how it ended, and see that nothing went wrong in any browser."""
        if self.owner:
            person = self.house.person(self.owner)
            person.go(f"/me/cases/{self.case}/")
        problems = self.house.problems()
        assert problems == []


def _put(box: Locator, value: Any) -> None:
    """Fill one question of a form."""
    if value is True or value is False:
        box.select_option("yes" if value else "no")
    elif box.evaluate("input => input.tagName") == "SELECT":
        box.select_option(str(value))
    else:
        box.fill(str(value))


def _redraw(page: Page, box: Locator, value: Any, part: str) -> None:
    """Answer a question on which others depend, and wait until its part of the form is drawn anew."""
    drawn = page.locator(part, has=page.locator(f"#{box.get_attribute('id')}"))
    drawn.evaluate("part => { part.dataset.before = 'yes' }")
    _put(box, value)
    box.blur()
    drawn.and_(page.locator(":not([data-before])")).wait_for()


def _one_of(texts: Any) -> re.Pattern[str]:
    return re.compile("^(" + "|".join(re.escape(each) for each in texts) + ")$")


def _text(person: Person) -> str:
    return person.page.locator("body").inner_text()


def _pdf(name: str) -> FilePayload:
    return {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": PDF}


def pick(runs: list[tuple[str, int, dict[str, Any]]], wanted: Mapping[str, tuple[int, ...]]) -> list[Any]:
    """Give the runs wanted, as (procedure, number, run)."""
    return [each for each in runs if each[1] in wanted.get(each[0], ())]
