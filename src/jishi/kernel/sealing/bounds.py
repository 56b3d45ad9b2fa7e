"""How large a committee that opens sealed bids may be (开标委员会): held by the ceremony and by every mechanism."""

from typing import Final

LEAST_THRESHOLD: Final = 2
"""One alone who could open would be no seal."""
MOST_MEMBERS: Final = 32
