"""What the free text of an announcement (公告条件) says about the sale: patterns that read, never infer.

Texts come in half-width signs. Everything not read here stays in the published conditions.
"""

import re
from typing import Literal

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import parse_area

_NUMERALS = {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_ALONE = re.compile(r"不(?:接受|得|允许|可)联合|须独立竞买|[须仅]可?(?:单独|独立)(?:申请|竞买)|只接受单独")
_JOINTLY = re.compile(r"(?:可以?|接受|允许)(?:单独申请?[,、]?也?可以?)?联合(?:申请|竞买|报名)?")
_NO_PERSONS = re.compile(r"不接受自然人|自然人除外|不含自然人|自然人不得|仅限[^;,。]*(?:企业|法人)")
_GUARANTEE = re.compile(r"保函")
_NO_GUARANTEE = re.compile(r"不(?:接受|得|可|能)[^;,。]{0,6}保函|保函除外")
_HEADCOUNT = re.compile(
    r"(?:≥|>=|不少于|达到?)?(\d{1,2}|[二两三四五六七八九十])[人家个名](?:竞买人|及以上|以上|的)*(?:则?[改转为])*(?:采用|以)?拍卖"
)
_FLOOR_AREA = re.compile(
    r"(?:规划建筑面积|总建筑面积|计容(?:总)?建筑面积|计容面积|计容建面|建筑面积)[:为]?(\d[\d,]*(?:\.\d+)?)(万)?(m2|平方米)"
)
_CAP = re.compile(r"(不|未)?设(?:有|置|定)?(?:最高限价|最高限制价|熔断价|最高报价|封顶价)")
_CAP_FIRST = re.compile(
    r"(?:达到?|报到)(?:最高)?(?:限价|限制价|熔断价)(?:的|者|后)?[,、]?(?:即|当场|直接)?(?:成交|竞得|为竞得人|先报先得)"
)
_REFERENCE_FLOOR = re.compile(r"成交价(?:格)?不(?:得)?低于参考(?:总)?价")
_SAME_AS_PREVIOUS = re.compile(r"同上(?:一宗|宗|一地块|一行)?")
_INFERRED_UNIT = re.compile(r"保证金单位公告未写")


def joint_bidding(text: str) -> bool | None:
    """Return whether joint bidding (联合竞买) is allowed; None if unstated."""
    if _ALONE.search(text):
        return False
    return True if _JOINTLY.search(text) else None


def admits_natural_persons(text: str) -> bool:
    """Tell whether natural persons (自然人) may bid: yes unless excluded."""
    return not _NO_PERSONS.search(text)


def allows_guarantee(text: str) -> bool:
    """Tell whether the deposit may be a bank guarantee (保函): only where stated."""
    return bool(_GUARANTEE.search(text)) and not _NO_GUARANTEE.search(text)


def headcount(text: str) -> int | None:
    """Return the number of registrants from which the lot is auctioned (按报名人数), if stated.

    Raise `listings.method.threshold_differs` for two numbers.

    >>> headcount("1人或2人挂牌,3人及以上改拍卖"), headcount("取得资格者≥2人拍卖")
    (3, 2)
    """
    found = {_NUMERALS.get(number) or int(number) for number in _HEADCOUNT.findall(text)}
    if len(found) > 1 or (found and min(found) < 2):
        raise Fault("listings.method.threshold_differs", found=", ".join(map(str, sorted(found))))
    return found.pop() if found else None


def floor_area_cm2(text: str) -> int | None:
    """Return the floor area (规划建筑面积) stated exactly, in cm2; None if it is not.

    Raise `listings.price.floor_area_differs` for two numbers.
    """
    found = {
        parse_area(number, "half_up") * (10_000 if wan else 1) for number, wan, _ in _FLOOR_AREA.findall(text)
    }
    if len(found) > 1:
        raise Fault("listings.price.floor_area_differs", found=len(found))
    return found.pop() if found else None


def announces_cap(text: str) -> bool:
    """Tell whether a cap price (最高限价, 熔断价) is said to exist."""
    return any(not denied for denied in _CAP.findall(text))


def cap_rule(text: str) -> Literal["first", "halt"]:
    """Return what happens at the cap: `first` where the text gives the lot to the first, else `halt`.

    A circuit price (熔断价) or a second stage stops the listing for the notice's next stage.
    """
    return "first" if _CAP_FIRST.search(text) else "halt"


def reference_is_floor(text: str) -> bool:
    """Tell whether the sale price must not be below the reference price (参考价)."""
    return bool(_REFERENCE_FLOOR.search(text))


def refers_to_previous(text: str) -> bool:
    """Tell whether the rest of the row is said to be as in the parcel before (其余同上一宗)."""
    return bool(_SAME_AS_PREVIOUS.search(text))


def deposit_unit_inferred(text: str) -> bool:
    """Tell whether the source says that it supplied the deposit's unit itself."""
    return bool(_INFERRED_UNIT.search(text))
