"""Whether an answer given before is the answer to a question asked now.

Pure: `normal` makes the exact key, `signature` reads what a question asks for, `guard` compares two questions, and
`cacheable` says which answers may be kept at all.
"""

from deskbell_server.turn.recall.cacheable import is_cacheable, is_lookup_allowed, is_readable
from deskbell_server.turn.recall.guard import Verdict, compare
from deskbell_server.turn.recall.normal import exact_key
from deskbell_server.turn.recall.signature import Signature, signature

__all__ = [
    "Signature",
    "Verdict",
    "compare",
    "exact_key",
    "is_cacheable",
    "is_lookup_allowed",
    "is_readable",
    "signature",
]
