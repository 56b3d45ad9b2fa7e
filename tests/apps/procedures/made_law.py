"""A pack with procedures of a test beside those of Jilin, and everything in a test asking that pack."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

from jishi.apps.packs import api as packs
from jishi.apps.packs import versions

JILIN = packs.locate_pack("jilin")

REGISTER = """
id = "land.test_right"
title = { zh = "测试权利", en = "Test right" }
factor = "land"
holder = { zh = "权利人", en = "Holder" }
code_field = "number"
title_field = "number"

[numbering]
pattern = "T{year}-{serial}"
digits = 3

[[field]]
name = "number"
type = "text"
label = { zh = "编号", en = "Number" }
indexed = true

[[field]]
name = "price"
type = "money"
label = { zh = "价款", en = "Price" }

[[field]]
name = "holder"
type = "party"
label = { zh = "权利人", en = "Holder" }
public = false

[[state]]
id = "planned"
title = { zh = "拟入市", en = "Planned" }
next = ["registered"]

[[state]]
id = "registered"
title = { zh = "已登记", en = "Registered" }
next = ["planned"]

[[encumbrance]]
id = "pledge"
title = { zh = "质押", en = "Pledge" }
blocks = true
cites = ["民法典 201"]
"""

COLLECTIVE = """
id = "land.test_entry"
title = { zh = "测试入市", en = "Test entry" }
about = { zh = "测试", en = "A test" }
factor = "land"
department = { zh = "自然资源", en = "Natural resources" }
number = "TE"
cites = ["土地管理法 63"]

[start]
by = "application"
kinds = ["organisation"]
cites = ["土地管理法 63"]

[[on_behalf]]
id = "township"
title = { zh = "乡镇代办", en = "Township" }
document = "mandate"
cites = ["土地管理法 63"]

[[field]]
name = "price"
type = "money"
label = { zh = "价款", en = "Price" }
required = true

[[field]]
name = "leader"
type = "text"
label = { zh = "负责人", en = "Head" }
required = true
masked = true

[[document]]
id = "papers"
title = { zh = "表决票", en = "Votes on paper" }

[[document]]
id = "mandate"
title = { zh = "委托书", en = "Mandate" }
required = false

[[vote]]
id = "assembly"
title = { zh = "村民会议", en = "Assembly" }
document = "papers"
quorum = "1/2"
majority = "2/3"
base = "members"
cites = ["土地管理法 63"]

[[step]]
id = "show"
title = { zh = "公示", en = "Publication" }
plain = { zh = "正在公示。", en = "Being published." }
role = "clerk"
clock = { limit = "land.notice_min_days", overdue = "quiet" }

[step.publicity]
title = { zh = "入市公示", en = "Publication of the entry" }
cites = ["土地管理法 63"]

[[step.publicity.line]]
name = "price"
label = { zh = "价款", en = "Price" }
value = "form.price"

[[step.publicity.line]]
name = "leader"
label = { zh = "负责人", en = "Head" }
value = "form.leader"

[[step.decision]]
id = "quiet"
title = { zh = "公示无异议", en = "No objection stands" }
by = "clock"
next = "fee"

[[step.decision.write]]
act = "create"
register = "land.test_right"
as = "right"
data = { price = "form.price", holder = "case.behalf" }

[[step.decision]]
id = "stopped"
title = { zh = "异议成立，终止", en = "Stopped by an objection" }
next = "stopped"
reason = true

[[step]]
id = "fee"
title = { zh = "缴费", en = "Fee" }
plain = { zh = "请缴费。", en = "Please pay." }
role = "treasurer"

[step.fee]
title = { zh = "登记费", en = "Fee" }
amount = 8000
cites = ["土地管理法 63"]

[[step.decision]]
id = "paid"
title = { zh = "已缴", en = "Paid" }
next = "burden"

[[step]]
id = "burden"
title = { zh = "设质", en = "Pledge" }
plain = { zh = "正在登记。", en = "Being entered." }
role = "clerk"

[[step.decision]]
id = "enter"
title = { zh = "登记", en = "Enter" }
next = "lift"

[[step.decision.field]]
name = "creditor"
type = "text"
label = { zh = "质权人", en = "Creditor" }
required = true

[[step.decision.write]]
act = "encumber"
entry = "right"
encumbrance = "pledge"
holder = "step.burden.creditor"
as = "pledge"

[[step.decision.write]]
act = "state"
entry = "right"
state = "registered"

[[step]]
id = "lift"
title = { zh = "解质", en = "Release" }
plain = { zh = "质押中。", en = "Pledged." }
role = "clerk"

[[step.decision]]
id = "release"
title = { zh = "解除", en = "Release" }
next = "done"

[[step.decision.write]]
act = "lift"
entry = "pledge"

[[step.decision.write]]
act = "amend"
entry = "right"
data = { price = 100 }

[[end]]
id = "done"
title = { zh = "办结", en = "Done" }
plain = { zh = "已办结。", en = "Done." }
outcome = "granted"
reopens = "lift"

[[end]]
id = "stopped"
title = { zh = "终止", en = "Stopped" }
plain = { zh = "已终止。", en = "Stopped." }
outcome = "closed"
"""

FOLLOW = """
id = "land.test_follow"
title = { zh = "测试监管", en = "Test follow-up" }
about = { zh = "测试", en = "A test" }
factor = "supervision"
department = { zh = "监管", en = "Supervision" }
number = "TF"
case_title = "join('监管 ', form.price)"
cites = ["土地管理法 63"]

[start]
by = "event"
on = ["land.test_entry.paid", "clock.land.test_follow.look", "finding.land.notice_check"]
cites = ["土地管理法 63"]

[[field]]
name = "price"
type = "money"
label = { zh = "价款", en = "Price" }

[[step]]
id = "look"
title = { zh = "核查", en = "Look" }
plain = { zh = "正在核查。", en = "Being looked at." }
role = "regulator"
clock = { limit = "permit.acceptance_workdays" }

[[step.decision]]
id = "fine"
title = { zh = "无问题", en = "Nothing found" }
next = "fine"

[[end]]
id = "fine"
title = { zh = "无问题", en = "Nothing found" }
plain = { zh = "无问题。", en = "Nothing found." }
outcome = "closed"
"""

DUTY = """
id = "land.test_duty"
title = { zh = "测试例行", en = "Test duty" }
about = { zh = "测试", en = "A test" }
factor = "land"
department = { zh = "自然资源", en = "Natural resources" }
number = "TD"
cites = ["土地管理法 63"]

[start]
by = "calendar"
every = "quarter"
month = 1
day = 10
level = "prefecture"
cites = ["土地管理法 63"]

[[step]]
id = "report"
title = { zh = "上报", en = "Report" }
plain = { zh = "待上报。", en = "To be reported." }
role = "clerk"
clock = { limit = "permit.decision_workdays" }

[[step.decision]]
id = "reported"
title = { zh = "已上报", en = "Reported" }
next = "reported"

[[end]]
id = "reported"
title = { zh = "已上报", en = "Reported" }
plain = { zh = "已上报。", en = "Reported." }
outcome = "closed"
"""

TITLE = """
id = "labour.test_title"
title = { zh = "测试评审", en = "Test review" }
about = { zh = "测试", en = "A test" }
factor = "labour"
department = { zh = "人社", en = "Human resources" }
number = "TT"
cites = ["土地管理法 63"]

[start]
by = "application"
kinds = ["person"]
cites = ["土地管理法 63"]

[[field]]
name = "employer"
type = "text"
label = { zh = "单位", en = "Employer" }
required = true

[[step]]
id = "review"
title = { zh = "评审", en = "Review" }
plain = { zh = "正在评审。", en = "Under review." }
role = "clerk"

[step.panel]
title = { zh = "评审委员会", en = "Review committee" }
size = 5
quorum = "2/3"
majority = "2/3"
employer = "form.employer"
passed = "passed"
failed = "failed"
cites = ["土地管理法 63"]

[[step.decision]]
id = "passed"
title = { zh = "通过", en = "Passed" }
by = "panel"
next = "granted"

[[step.decision]]
id = "failed"
title = { zh = "未通过", en = "Not passed" }
by = "panel"
next = "failed"

[[end]]
id = "granted"
title = { zh = "授予", en = "Granted" }
plain = { zh = "已授予。", en = "Granted." }
outcome = "granted"

[[end]]
id = "failed"
title = { zh = "未通过", en = "Not passed" }
plain = { zh = "未通过。", en = "Not passed." }
outcome = "closed"
"""

HALT = """
id = "land.test_halt"
title = { zh = "测试中止交易", en = "Test halt" }
about = { zh = "测试", en = "A test" }
factor = "supervision"
department = { zh = "监管", en = "Supervision" }
number = "TH"
cites = ["土地管理法 63"]

[start]
by = "application"
staff = ["clerk"]
cites = ["土地管理法 63"]

[[field]]
name = "offering"
type = "text"
label = { zh = "标的", en = "Lot" }
required = true

[[step]]
id = "look"
title = { zh = "审查", en = "Look" }
plain = { zh = "正在审查。", en = "Being looked at." }
role = "reviewer"
not_by = ["filing"]

[[step.decision]]
id = "stop"
title = { zh = "中止交易", en = "Suspend" }
next = "wait"

[[step.decision.effect]]
do = "market.suspend"
with = { offering = "form.offering" }

[[step]]
id = "wait"
title = { zh = "处理", en = "Handle" }
plain = { zh = "交易已中止。", en = "The sale is suspended." }
role = "reviewer"

[[step.decision]]
id = "go_on"
title = { zh = "恢复交易", en = "Resume" }
next = "over"

[[step.decision.effect]]
do = "market.resume"
with = { offering = "form.offering" }

[[end]]
id = "over"
title = { zh = "办结", en = "Over" }
plain = { zh = "已办结。", en = "Over." }
outcome = "closed"
"""

FAILED = FOLLOW.replace("land.test_follow", "land.test_failed").replace('"TF"', '"TX"')
FAILED = FAILED.replace(
    FAILED[FAILED.index("on = [") : FAILED.index("\n", FAILED.index("on = ["))],
    'on = ["market.offering_failed", "market.sale_confirmed"]',
)

FILES = {
    "registers/land.test_right.toml": REGISTER,
    "procedures/land.test_entry.toml": COLLECTIVE,
    "procedures/land.test_follow.toml": FOLLOW,
    "procedures/land.test_duty.toml": DUTY,
    "procedures/labour.test_title.toml": TITLE,
    "procedures/land.test_halt.toml": HALT,
    "procedures/land.test_failed.toml": FAILED,
}


def write_pack(root: Path, files: Mapping[str, str]) -> Path:
    """Write Jilin's pack with these files beside its own."""
    copytree(JILIN, root, ignore=lambda _, names: [each for each in names if each.startswith("__pycache__")])
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


@contextmanager
def law_of(pack: packs.Pack) -> Iterator[packs.Pack]:
    """Let everything inside ask this pack, as if it were installed."""
    versions._seen.loaded[pack.hash] = pack
    versions._seen.kept.add(pack.hash)
    with packs.one_law():
        held = versions._one.get()
        assert held is not None
        held.append(pack)
        yield pack
    versions._seen.loaded.pop(pack.hash, None)
    versions._seen.kept.discard(pack.hash)
