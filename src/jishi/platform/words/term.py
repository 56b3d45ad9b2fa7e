"""Name a mechanism, its terms and their choices in a language, from the codes the kernel uses."""

from jishi.platform.words import say


def mechanism_title(mechanism: str, lang: str) -> str:
    """Return what a mechanism is called."""
    return say(f"mechanism.title.{mechanism}", {}, lang)


def term_title(name: str, lang: str) -> str:
    """Return what a term is called."""
    return say(f"term.{name}", {}, lang)


def choice_title(name: str, choice: str, lang: str) -> str:
    """Return what a choice of a term means."""
    return say(f"term.{name}.{choice}", {}, lang)
