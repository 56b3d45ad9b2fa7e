"""Published land announcements (出让公告) as rows of a table: read right, or refused with the reason.

Pure: bytes in, lots and problems out. Refuses to guess: a value that can be read in
two ways, is masked, or breaks a dated rule becomes a problem that says what is needed.
"""

from jishi.apps.simulation.listings.draft import LotDraft, Note, Problem, Use
from jishi.apps.simulation.listings.law import Law, MaxTerm, Options
from jishi.apps.simulation.listings.reader import read_listings

__all__ = ["Law", "LotDraft", "MaxTerm", "Note", "Options", "Problem", "Use", "read_listings"]
