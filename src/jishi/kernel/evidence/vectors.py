"""Known answers about Merkle proofs: one JSON object says what is claimed and whether it must be refused.

Judges inclusion, consistency and both in subtrees, as in the test data of transparency-dev/merkle.
Whatever a vector claims, wrong lengths, texts and types and absent fields are refused, never an
exception; only what has no field of any question has no answer.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from jishi.kernel.evidence.consistency import is_consistent, is_in_subtree, is_subtree
from jishi.kernel.evidence.merkle import is_included

_HASHES = ("root", "root1", "root2", "leafHash")
Claim = dict[str, Any]


def judge_vector(vector: Any) -> bool | None:
    """Return whether what the vector claims is proven; None for what is no vector.

    >>> judge_vector({"size1": 1, "size2": 1, "root1": "AA==", "root2": "AA==", "proof": None})
    True
    """
    question = _question(vector)
    if question is None:
        return None
    try:
        return question(_read(vector))
    except (ValueError, TypeError):
        return False


def _question(vector: Any) -> Callable[[Claim], bool] | None:
    if type(vector) is not dict:
        return None
    for fields, question in _QUESTIONS.items():
        if vector.keys() >= set(fields):
            return question
    return _refuse if vector.keys() & {*_SIZES, *_HASHES, "proof"} else None


def _read(vector: Mapping[str, Any]) -> Claim:
    """Read hashes from base64 and the proof from a list or null; everything else must be a size."""
    proof = vector.get("proof")
    if type(proof) not in (list, type(None)):
        raise TypeError("proof")
    claim: Claim = {**dict.fromkeys(_HASHES, b""), "proof": [_bytes(item) for item in proof or ()]}
    for name, value in vector.items():
        if name in _HASHES:
            claim[name] = _bytes(value)
        elif name in _SIZES:
            if type(value) is not int:
                raise TypeError(name)
            claim[name] = value
    return claim


def _bytes(text: Any) -> bytes:
    return b"" if text is None else b64decode(text, validate=True)


def _refuse(claim: Claim) -> bool:
    return False


def _inclusion(claim: Claim) -> bool:
    place = claim["leafIdx"], claim["treeSize"]
    return is_included(claim["leafHash"], place, claim["proof"], claim["root"])


def _consistency(claim: Claim) -> bool:
    sizes = claim["size1"], claim["size2"]
    return is_consistent(sizes, claim["proof"], (claim["root1"], claim["root2"]))


def _in_subtree(claim: Claim) -> bool:
    place = claim["leafIdx"], claim["start"], claim["end"]
    return is_in_subtree(claim["leafHash"], place, claim["proof"], claim["root"])


def _subtree(claim: Claim) -> bool:
    place = claim["start"], claim["end"], claim["size"]
    return is_subtree(place, claim["proof"], (claim["root1"], claim["root2"]))


_QUESTIONS: dict[tuple[str, ...], Callable[[Claim], bool]] = {
    ("leafIdx", "treeSize"): _inclusion,
    ("size1", "size2"): _consistency,
    ("leafIdx", "start", "end"): _in_subtree,
    ("start", "end", "size"): _subtree,
}
_SIZES = {name for fields in _QUESTIONS for name in fields}
