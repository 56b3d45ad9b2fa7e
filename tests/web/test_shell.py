"""The shell: figures and words of its tags, headers of every answer, languages, nothing inline in a template."""

import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import translation

from jishi.kernel.fault import Fault
from jishi.web.shell import faults
from jishi.web.shell.middleware import ChosenLanguage, SecurityHeaders
from jishi.web.shell.moment import span_text
from jishi.web.shell.term import TERMS

WEB = Path(__file__).resolve().parents[2] / "src/jishi/web"
TEMPLATES = sorted(WEB.rglob("templates/**/*.html"))


def render(source: str, lang: str = "zh-hans", **values: object) -> str:
    with translation.override(lang):
        return Template(source).render(Context(values))


@pytest.mark.parametrize(
    ("source", "value", "zh", "en"),
    [
        ("{{ v|money }}", 2186_0000_00, "2,186万元", "¥21,860,000"),
        ("{{ v|money }}", 123456, "1,234.56元", "¥1,234.56"),
        ("{{ v|money }}", -5_0000_00, "−5万元", "−¥50,000"),
        ("{{ v|wan }}", 123456, "0.123456万元", "¥1,234.56"),
        ("{{ v|column }}", 10_0000_00, "10", "100,000"),
        ("{{ v|area }}", 387_004_000, "38,700.4 ㎡", "38,700.4 m²"),
        ("{{ v|mu }}", 387_004_000, "58.05 亩", "58.05 mu"),
        ("{% premium v 200000000000 %}", 218600000000, "9.3%", "9.3%"),
        ("{{ v|instant:'second' }}", 1_795_401_727_000, "2026-11-23 10:42:07", "2026-11-23 10:42:07"),
        ("{{ v|money }}", None, "—", "—"),
        ("{% term v %}", "registration.filed", "已提交申请", "Application filed"),
    ],
)
def test_a_value_reads_right_in_both_languages(source: str, value: object, zh: str, en: str) -> None:
    def shown(lang: str) -> str:
        return re.sub(r"<[^>]+>", "", render(source, lang, v=value))

    assert (shown("zh-hans"), shown("en")) == (zh, en)


def test_every_term_has_chinese() -> None:
    with translation.override("zh-hans"):
        latin = [code for code, term in TERMS.items() if re.search("[A-Za-z]", str(term.label))]
    assert latin == []


def test_an_unconfirmed_clause_says_so() -> None:
    cited = type("Clause", (), {"id": "39号令 18", "source": "规定", "summary_zh": "一", "summary_en": "one"})
    cited.confidence = "unconfirmed"  # type: ignore[attr-defined]
    assert "39号令 第18条" in render("{% clause c %}", c=cited)
    assert "待核" in render("{% clause c %}", c=cited)


def test_what_is_left_of_a_clock() -> None:
    with translation.override("zh-hans"):
        assert [span_text(ms) for ms in (1, 59_999, 3_600_000, 90_000_000)] == [
            "00:01",
            "01:00",
            "1:00:00",
            "1 天 1 小时",
        ]


def test_headers_allow_nothing_inline_and_no_other_host() -> None:
    response = SecurityHeaders(lambda _request: HttpResponse())(HttpRequest())
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy


@pytest.mark.parametrize(
    ("cookie", "spoken"), [("", "zh-hans"), ("en", "en"), ("zh-hans", "zh-hans"), ("../x", "zh-hans")]
)
def test_the_language_is_the_readers_choice(cookie: str, spoken: str) -> None:
    request = RequestFactory().get("/", headers={"accept-language": "en-US,en"})
    request.COOKIES["django_language"] = cookie
    with override_settings(LANGUAGE_CODE="zh-hans"):
        ChosenLanguage(lambda _request: HttpResponse()).process_request(request)
        heard = request.LANGUAGE_CODE
        assert heard == spoken
    translation.activate("zh-hans")


def test_a_fault_answers_a_script_with_its_sentence() -> None:
    request = RequestFactory().get("/", headers={"accept": "application/json"})
    response = faults.fault_response(request, Fault("access.denied", action="bid.place"))
    assert response.status_code == 403
    assert b'"sentence"' in response.content and "权限".encode() in response.content


@pytest.mark.parametrize("path", TEMPLATES, ids=[str(path.relative_to(WEB)) for path in TEMPLATES])
def test_a_template_holds_nothing_inline(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|hx-on|https?://", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)
