"""A pack of a few files, for tests that break one of them."""

from pathlib import Path

FILES = {
    "pack.toml": """
id = "small"
version = "0.1.0"
title = { zh = "小包", en = "Small pack" }
utc_offset_minutes = 480
root_division = "220000"
""",
    "divisions.csv": """code,name_zh,name_en,type,parent,since,until,successor,confidence,note
220000,吉林省,Jilin,province,,,,,,
220100,长春市,Changchun,prefecture_city,220000,,,,,
220381,公主岭市,Gongzhuling,county_city,220000,,2020-06-18,220100,,
""",
    "land_use.csv": """code,name_zh,name_en,category
06,工矿仓储用地,Industry,
0601,工业用地,Industrial,construction
07,住宅用地,Residential,
""",
    "land_use_alias.csv": "wording,code\n",
    "named.csv": "name_zh,name_en,type,operator,measures,carrier\n",
    "words.toml": "",
    "clauses/small.toml": """
[[clause]]
id = "法 1"
source = "某法"
article = "1"
title = "一"
since = 2016-01-01
summary_zh = "一"
summary_en = "one"

[[clause]]
id = "法 2"
source = "某法"
article = "2"
title = "二"
since = 2016-01-01
summary_zh = "二"
summary_en = "two"
""",
    "parameters/small.csv": """param_id,name_zh,value,unit,valid_from,valid_to,status,clause,source_ref,note
res.min_months,居住月数,6,month,2016-01-01,,C,法 1,,
wage.floor,最低工资,1780,CNY,2016-01-01,,C,法 1,,
""",
    "facts/small.toml": """
[[fact]]
name = "months_resident"
kind = "integer"
unit = "month"
minimum = 0
label = { zh = "居住月数", en = "Months resident" }

[[fact]]
name = "stable_job"
kind = "boolean"
label = { zh = "稳定就业", en = "Stable job" }

[[fact]]
name = "pay"
kind = "money"
minimum = "0"
label = { zh = "工资", en = "Pay" }

[[fact]]
name = "kind_of_work"
kind = "choice"
label = { zh = "用工", en = "Kind of work" }
choices = [
  { id = "full_time", zh = "全日制", en = "Full time" },
  { id = "part_time", zh = "非全日制", en = "Part time" },
]

[[fact]]
name = "place"
kind = "choice"
vocabulary = "division"
label = { zh = "地点", en = "Place" }

[[fact]]
name = "use"
kind = "choice"
vocabulary = "land_use"
label = { zh = "用途", en = "Use" }

[[fact]]
name = "wage_floor"
kind = "money"
rule = "work.floor"
label = { zh = "最低工资", en = "Minimum wage" }

[[fact]]
name = "permit"
kind = "choice"
rule = "work.permit"
label = { zh = "居住证", en = "Residence permit" }
""",
    "rules/work.permit.toml": """
id = "work.permit"
kind = "table"
measures = [16]
title = { zh = "居住证", en = "Residence permit" }
question = { zh = "可否申领", en = "May it be issued?" }
facts = ["months_resident", "stable_job"]
answers = [ { id = "granted", zh = "可以", en = "Yes", permits = true }, { id = "refused", zh = "不可以", en = "No" } ]

[[row]]
id = "resident_with_job"
when = "months_resident >= res.min_months and stable_job"
then = "granted"
cites = ["法 1"]
since = 2016-01-01

[[row]]
id = "otherwise"
then = "refused"
cites = ["法 2"]
since = 2016-01-01
""",
    "rules/work.floor.toml": """
id = "work.floor"
kind = "schedule"
title = { zh = "最低工资", en = "Minimum wage" }
question = { zh = "多少", en = "How much?" }
facts = ["place"]
value = { kind = "money", unit = "CNY/month" }
needs = { zh = "待录入", en = "to be entered" }
""",
    "rules/work.floor.csv": """id,place,value,since,until,cites,confidence,note_zh,note_en
city,220100,1880,2021-12-01,,法 1;法 2,,,
city_before,220100,1780,2016-01-01,2021-11-30,法 1,,,
elsewhere,*,1540,2016-01-01,,法 1,unconfirmed,注,note
""",
    "rules/work.shortfall.toml": """
id = "work.shortfall"
kind = "formula"
title = { zh = "差额", en = "Shortfall" }
question = { zh = "差多少", en = "How much is missing?" }
facts = ["pay", "wage_floor"]
value = { kind = "money" }

[[row]]
id = "missing"
then = "max(wage_floor - pay, yuan(0))"
round = "half_up"
cites = ["法 1"]
since = 2016-01-01
""",
    "rules/work.points.toml": """
id = "work.points"
kind = "score"
title = { zh = "积分", en = "Points" }
question = { zh = "几分", en = "How many points?" }
facts = ["permit", "pay"]
cap = 12

[[item]]
id = "permit"
label = { zh = "居住证", en = "Permit" }
cap = 5

[[item.row]]
id = "holds_permit"
when = "permit == 'granted'"
points = 5
cites = ["法 1"]
since = 2016-01-01

[[item.row]]
id = "no_permit"
points = 0
cites = ["法 1"]
since = 2016-01-01

[[item]]
id = "pay"
label = { zh = "工资", en = "Pay" }
cap = 10

[[item.row]]
id = "per_thousand"
points = "pay / yuan(1000)"
cites = ["法 1"]
since = 2016-01-01
""",
    "rules/work.advert.toml": """
id = "work.advert"
kind = "wording"
title = { zh = "招聘广告", en = "Job advertisement" }
question = { zh = "有无歧视", en = "Does it discriminate?" }
grounds = [ { id = "gender", zh = "性别", en = "Gender" } ]

[[pattern]]
id = "men_only"
ground = "gender"
level = "block"
match = ["仅?限男(?:性|士)?"]
unless = ["男女不限"]
cites = ["法 2"]
since = 2016-01-01
""",
    "cases/work.permit.toml": """
[[case]]
day = 2020-11-24
facts = { months_resident = 6, stable_job = true }
answer = "granted"
row = "resident_with_job"
cites = ["法 1"]

[[case]]
day = 2020-11-24
facts = { months_resident = 5 }
answer = "refused"
row = "otherwise"
cites = ["法 2"]

[[case]]
day = 2020-11-24
facts = { months_resident = 6 }
answer = "undetermined"
needs = ["stable_job"]
""",
    "cases/work.floor.toml": """
[[case]]
day = 2021-12-01
facts = { place = "长春市" }
answer = "1880"
row = "city"
cites = ["法 2"]

[[case]]
day = 2021-11-30
facts = { place = "220100" }
answer = "1780"
row = "city_before"

[[case]]
day = 2021-11-30
facts = { place = "220381" }
answer = "1540"
row = "elsewhere"
""",
    "cases/work.shortfall.toml": """
[[case]]
day = 2022-01-01
facts = { pay = "1800", place = "220100" }
answer = "80"
row = "missing"
""",
    "cases/work.points.toml": """
[[case]]
day = 2022-01-01
facts = { pay = "8,500", months_resident = 6, stable_job = true }
answer = 12

[[case]]
day = 2022-01-01
facts = { pay = "1499.99", months_resident = 5 }
answer = 1
""",
    "cases/work.advert.toml": """
[[case]]
day = 2022-01-01
facts = {}
text = "仅限男性，男女不限不可"
finds = ["men_only"]
cites = ["法 2"]

[[case]]
day = 2022-01-01
text = "男女不限"
finds = []
""",
}


def write_small_pack(root: Path) -> Path:
    """Write the files of the small pack under `root`."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), "utf-8")
    return root
