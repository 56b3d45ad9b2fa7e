"""Published names of land uses (土地用途): their GB/T 21010-2017 code and the class of their longest term.

A name is known or it is not: nothing is matched by resemblance. The code is None where
a name means more than one (商业) or belongs to another classification.
The classes are those of 暂行条例 12: residential 居住, industrial 工业, edu_sci_culture_health_sport
教科文卫体, commercial_tourism_recreation 商业旅游娱乐, mixed_other 综合或其他.
"""

import re
from typing import NamedTuple

RESIDENTIAL = "residential"
INDUSTRIAL = "industrial"
PUBLIC = "edu_sci_culture_health_sport"
COMMERCIAL = "commercial_tourism_recreation"
OTHER = "mixed_other"

_NAMES: tuple[tuple[str | None, str, str], ...] = (
    ("0701", RESIDENTIAL, "居住 住宅 城镇住宅 商品住宅 普通住宅 普通商品住宅 普通商品住房 其他普通商品住房"
                          " 中低价位、中小套型普通商品住房 城镇住宅-普通商品住房 其他住房 高档住宅 安置房 动迁安置房"
                          " 保障性住房 经济适用住房 公共租赁住房 租赁住房 廉租住房 限价商品住房 住房"),
    (None, COMMERCIAL, "商业 商服 商业服务 商业服务业 商业服务业设施 商业设施 批发零售 住宿餐饮 旅游 娱乐康体"
                       " 商业商务 商业旅游 旅游商业"),
    ("0501", COMMERCIAL, "零售商业 零售"),
    ("0502", COMMERCIAL, "批发市场"),
    ("0503", COMMERCIAL, "餐饮"),
    ("0504", COMMERCIAL, "旅馆 酒店"),
    ("0505", COMMERCIAL, "商务金融 商务"),
    ("0505", OTHER, "办公 商务办公"),
    ("0506", COMMERCIAL, "娱乐"),
    ("0507", COMMERCIAL, "其他商服 其他商业服务业 加油加气站 加油站"),
    ("0601", INDUSTRIAL, "工业"),
    ("0602", INDUSTRIAL, "采矿"),
    ("0603", INDUSTRIAL, "盐田"),
    ("0604", INDUSTRIAL, "仓储 物流仓储 普通仓储 物流"),
    (None, INDUSTRIAL, "工矿 工矿仓储 新型产业 创新型产业 工业物流"),
    ("0801", OTHER, "机关团体"),
    ("0802", OTHER, "新闻出版"),
    ("0803", PUBLIC, "教育 幼儿园 中小学"),
    ("0804", PUBLIC, "科研"),
    ("0805", PUBLIC, "医疗卫生 医疗 医院"),
    ("0806", OTHER, "社会福利 养老 养老服务 养老设施"),
    ("0807", PUBLIC, "文化设施 文化"),
    ("0808", PUBLIC, "体育 体育场馆"),
    (None, PUBLIC, "科教 教育科研 文体娱乐 医卫慈善"),
    ("0809", OTHER, "公用设施 公共设施 供水 排水 供电 供燃气 供热 通信 邮政 环卫 消防 广播电视"),
    ("0810", OTHER, "公园与绿地 公园绿地 防护绿地 绿地"),
    (None, OTHER, "公共管理与公共服务 城镇社区服务设施 社区服务设施 综合"),
    ("0904", OTHER, "宗教"),
    ("0905", OTHER, "殡葬"),
    ("0906", OTHER, "风景名胜设施"),
    ("1001", OTHER, "铁路"),
    ("1002", OTHER, "轨道交通"),
    ("1003", OTHER, "公路"),
    ("1004", OTHER, "城镇村道路 城镇道路"),
    ("1005", OTHER, "交通服务场站 社会停车场 社会停车场库 公共停车场 停车场 地下停车场 地下交通服务场站"
                    " 交通场站 公共交通场站"),
    ("1007", OTHER, "机场"),
    ("1008", OTHER, "港口码头"),
    ("1009", OTHER, "管道运输"),
)  # fmt: skip
_COMBINED = {
    "商住": ("商业", "住宅"),
    "住商": ("住宅", "商业"),
    "商住混合": ("商业", "住宅"),
    "商办": ("商业", "办公"),
}
_GRADE = re.compile(r"^(?:[一二三123]类|国有|地上|地下)")
_LABELLED = re.compile(r"^([^\d≥≤<>¥]+?)[:为]?([≥≤<>¥]?\d.*)$")
_SUFFIX = re.compile(r"(?:建设)?用地$|地块$|部分$")


class NamedUse(NamedTuple):
    """A use as named: published name, GB/T 21010-2017 code or None, class of its longest term."""

    name_zh: str
    code: str | None
    kind: str


_BY_NAME = {name: (code, kind) for code, kind, names in _NAMES for name in names.split()}


def find_use(name: str) -> NamedUse | None:
    """Return the use a published name means, or None.

    >>> find_use("一类物流仓储用地")
    NamedUse(name_zh='一类物流仓储用地', code='0604', kind='industrial')
    """
    for key in _spellings(name):
        if key in _BY_NAME:
            return NamedUse(name, *_BY_NAME[key])
    return None


def find_combined(name: str) -> tuple[NamedUse, ...]:
    """Return the uses that one published word joins (商住, 商办), or nothing.

    >>> [use.name_zh for use in find_combined("商住用地")]
    ['商业', '住宅']
    """
    for key in _spellings(name):
        if key in _COMBINED:
            return tuple(NamedUse(part, *_BY_NAME[part]) for part in _COMBINED[key])
    return ()


def parts_by_use(text: str) -> list[tuple[str, str]]:
    """Split a cell that states a value for each use into (class, value); empty for any other cell.

    >>> parts_by_use("居住2.0;商业3.0")
    [('residential', '2.0'), ('commercial_tourism_recreation', '3.0')]
    """
    found = []
    for part in filter(None, re.split("[;、]", text)):
        match = _LABELLED.match(part)
        use = match and (find_use(match[1]) or next(iter(find_combined(match[1])), None))
        if not (match and use):
            return []
        found.append((use.kind, match[2]))
    return found


def _spellings(name: str) -> tuple[str, ...]:
    short = _SUFFIX.sub("", name)
    return name, short, _GRADE.sub("", name), _GRADE.sub("", short)
