"""The sentences of the checks a browser makes by itself, handed to it with the page: it fetches nothing later."""

from jishi.platform.words import say

CHECKS = (
    *("canonical", "read", "signature", "trust", "sequence", "root", "log", "clock", "outcome"),
    *("receipt_signature", "receipt_signer", "receipt_entry"),
)
CODES = (
    *(f"verify.check.{name}" for name in CHECKS),
    *(f"verify.{name}.ok" for name in CHECKS if name != "outcome"),
    *("verify.browser.whole", "verify.browser.open", "verify.browser.broken", "verify.browser.no_bundle"),
    *("verify.browser.outcome", "verify.browser.no_ed25519", "verify.browser.number", "verify.browser.insecure"),
    *("verify.signature.wrong", "verify.trust.unknown", "verify.trust.other_key", "verify.malformed"),
    *("verify.sequence.gap", "verify.sequence.size", "verify.root.differs", "verify.clock.back", "verify.clock.early"),
    *("verify.log.absent", "verify.log.indices", "verify.log.not_included", "verify.log.since", "verify.log.rewritten"),
    *("evidence.canonical.type", "evidence.canonical.depth", "evidence.canonical.text"),
    *("evidence.canonical.read", "evidence.canonical.form"),
    *("evidence.bundle.fields", "evidence.bundle.format", "evidence.bundle.type"),
    *("evidence.entry.fields", "evidence.entry.type", "evidence.signature.base64"),
    *("evidence.note.blank", "evidence.note.line", "evidence.note.unsigned", "evidence.note.wrong"),
    *("evidence.checkpoint.lines", "evidence.checkpoint.size"),
    *("evidence.receipt.fields", "evidence.receipt.signature", "evidence.receipt.other_key"),
    *("evidence.receipt.stream", "evidence.receipt.absent", "evidence.receipt.rewritten", "evidence.receipt.instant"),
)  # fmt: skip


def browser_sentences(lang: str) -> dict[str, str]:
    """Return the sentence of each code, its placeholders as they are: {name}."""
    return {code: say(code, {}, lang) for code in CODES}
