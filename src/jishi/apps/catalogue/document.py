"""The documents of a release: notices, the bundle a stranger verifies, the contract by its hash."""

from jishi.apps.catalogue.facts import Agreement, Announcement, ReleaseFacts
from jishi.apps.catalogue.value import Json, instant

NOTICES = {
    "notice": ("tenderNotice", "出让公告"),
    "supplement": ("tenderNotice", "补充公告"),
    "suspension": ("tenderNotice", "中止公告"),
    "resumption": ("tenderNotice", "恢复公告"),
    "extension": ("tenderNotice", "延期公告"),
    "increment": ("tenderNotice", "增价幅度调整公告"),
    "termination": ("cancellationDetails", "终止公告"),
    "outage": ("tenderNotice", "系统中断补时公告"),
    "result": ("awardNotice", "结果公告"),
    "default": ("awardNotice", "违约公告"),
}
OTHER_NOTICE = ("tenderNotice", "公告")


def notice_name(notice: Announcement) -> str:
    """Return what kind of notice it is, in Chinese."""
    return NOTICES.get(notice.kind, OTHER_NOTICE)[1]


def notice_document(facts: ReleaseFacts, notice: Announcement) -> Json:
    """Return a notice as a document."""
    kind, name = NOTICES.get(notice.kind, OTHER_NOTICE)
    return {
        "id": notice.id,
        "documentType": kind,
        "title": f"{notice.title} {name}",
        "url": f"{facts.publisher.address}/api/v1/notices/{notice.id}",
        "datePublished": instant(notice.at_ms, facts.publisher.offset_minutes),
        "format": "application/json",
        "language": "zh",
    }


def bundle_document(facts: ReleaseFacts) -> Json:
    """Return the bundle: how the award was reached, to be recomputed by anyone."""
    lot = facts.lot
    return {
        "id": f"{lot.id}-bundle",
        "documentType": "evaluationReports",
        "title": "验证包（可独立复核）",
        "url": f"{facts.publisher.address}/api/v1/offerings/{lot.id}/bundle",
        "dateModified": instant(lot.updated_ms, facts.publisher.offset_minutes),
        "format": "application/json",
        "language": "zh",
    }


def contract_document(agreement: Agreement, signed: str) -> Json:
    """Return the signed contract by its hash; the file itself is for its parties."""
    return {
        "id": f"{agreement.number}-pdf",
        "documentType": "contractSigned",
        "title": "出让合同（PDF/A）",
        "description": f"SHA-256 {agreement.pdf_sha256}",
        "datePublished": signed,
        "format": "application/pdf",
        "language": "zh",
    }
