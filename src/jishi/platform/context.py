"""The context of an action: who acts, by which clock, with which entropy."""

from dataclasses import dataclass, field, replace

from jishi.platform.clock import Clock, SystemClock
from jishi.platform.entropy import Entropy, SystemEntropy


@dataclass(frozen=True, slots=True)
class Permit:
    """One grant in force: a role over a division subtree, an object, or a party; of cases those of a department."""

    role: str
    division: str = ""
    object_id: str = ""
    organisation: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the system itself, with the permits in force and the parties represented.

    `agencies` are (party, object id): agents (代理人) for one object only.
    """

    user_id: int | None = None
    name: str = ""
    permits: tuple[Permit, ...] = ()
    parties: tuple[str, ...] = ()
    agencies: tuple[tuple[str, str], ...] = ()
    system: bool = False


SYSTEM = Actor(name="system", system=True)
ANYONE = Actor(name="public")


@dataclass(frozen=True, slots=True)
class Context:
    """Carry actor, clock and entropy into every action.

    `simulated` marks everything it writes; without `projected` no row of mixed lists is written, which a
    simulated market day has no use for.
    """

    actor: Actor = SYSTEM
    clock: Clock = field(default_factory=SystemClock)
    entropy: Entropy = field(default_factory=SystemEntropy)
    simulated: bool = False
    projected: bool = True

    def now_ms(self) -> int:
        """Return the clock's instant in milliseconds."""
        return self.clock.now_ms()

    def as_system(self) -> "Context":
        """Return the same context acting as the system."""
        return replace(self, actor=SYSTEM)
