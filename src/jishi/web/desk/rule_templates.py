"""The text a new file of the pack begins with: every key that must stand, with a word on what belongs there."""

TABLE = """id = "{name}"
kind = "table"
measures = []
title = {{ zh = "标题", en = "Title" }}
question = {{ zh = "可否……", en = "May …?" }}
facts = []                           # the facts the rows use, in the order a form asks them
answers = [
  {{ id = "permitted", zh = "可以", en = "Yes", permits = true }},
  {{ id = "refused", zh = "不可以", en = "No" }},
]

[[row]]
id = "first"
when = ""                            # a condition on the facts
then = "permitted"
cites = [""]                         # clauses of clauses/
since = {today}

[[row]]
id = "otherwise"                     # no `when`: holds where no other row does
then = "refused"
cites = [""]
since = {today}
"""
SCHEDULE = """id = "{name}"
kind = "schedule"
measures = []
title = {{ zh = "标题", en = "Title" }}
question = {{ zh = "……是多少", en = "How much is …?" }}
facts = []                           # the keys; the rows stand in rules/{name}.csv
value = {{ kind = "money", unit = "CNY/month" }}
needs = {{ zh = "待……录入", en = "To be entered by …" }}
"""
FORMULA = """id = "{name}"
kind = "formula"
measures = []
title = {{ zh = "标题", en = "Title" }}
question = {{ zh = "……是多少", en = "How much is …?" }}
facts = []
value = {{ kind = "money" }}

[[row]]
id = "first"
then = ""                            # an expression of the facts
round = "half_up"                    # half_up, half_even, down, up
cites = [""]
since = {today}
"""
SCORE = """id = "{name}"
kind = "score"
measures = []
title = {{ zh = "标题", en = "Title" }}
question = {{ zh = "积多少分", en = "How many points?" }}
facts = []
cap = 100

[[item]]
id = "first"
label = {{ zh = "项目", en = "Item" }}
cap = 20

[[item.row]]
id = "first_full"
when = ""
points = 20
cites = [""]
since = {today}

[[item.row]]
id = "first_none"
points = 0
cites = [""]
since = {today}
"""
WORDING = """id = "{name}"
kind = "wording"
measures = []
title = {{ zh = "标题", en = "Title" }}
question = {{ zh = "文本是否……", en = "Does the text …?" }}
facts = []
grounds = [ {{ id = "first", zh = "事由", en = "Ground" }} ]

[[pattern]]
id = "first_words"
ground = "first"
level = "warn"                       # block, warn
match = [""]                         # regular expressions
cites = [""]
since = {today}
"""
CASES = """[[case]]
day = {today}
facts = {{  }}
answer = ""                          # undetermined, where facts are missing
row = ""
cites = [""]
"""
FACTS = """[[fact]]
name = ""                            # lower-case English, unique in the pack
kind = "boolean"                     # boolean integer money area ratio decimal date choice
label = {{ zh = "名称", en = "Name" }}
"""
CLAUSES = """[[clause]]
id = ""                              # short name of the document and article
source = ""
article = ""
title = ""
since = {today}
summary_zh = ""
summary_en = ""
confidence = "unconfirmed"
"""
PARAMETERS = "param_id,name_zh,value,unit,valid_from,valid_to,clause,status,source_ref,note\n"
LIMITS = """[[limit]]
id = ""                              # a parameter counted in days, months or years
title = {{ zh = "名称", en = "Name" }}
sense = "within"                     # within, at_least
counting = "next_day"                # next_day, both_ends
cites = [""]
"""
FILES = {
    "table": ("rules/{name}.toml", TABLE),
    "schedule": ("rules/{name}.toml", SCHEDULE),
    "formula": ("rules/{name}.toml", FORMULA),
    "score": ("rules/{name}.toml", SCORE),
    "wording": ("rules/{name}.toml", WORDING),
    "cases": ("cases/{name}.toml", CASES),
    "facts": ("facts/{name}.toml", FACTS),
    "clauses": ("clauses/{name}.toml", CLAUSES),
    "parameters": ("parameters/{name}.csv", PARAMETERS),
    "limits": ("limits/{name}.toml", LIMITS),
}


def begin_file(kind: str, name: str, today: str) -> tuple[str, str]:
    """Give the path and first text of a new file of a kind."""
    path, text = FILES[kind]
    return path.format(name=name), text.format(name=name, today=today)
