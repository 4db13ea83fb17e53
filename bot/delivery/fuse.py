"""Stops a campaign that fails for everybody, before it fails for everybody."""

from collections import Counter
from dataclasses import dataclass, field

from bot.delivery.verdict import Outcome

_SAME_MISTAKES = 3
_REFUSED_SHARE = 0.05


@dataclass(slots=True)
class Fuse:
    """Counts what Telegram says against a campaign.

    It blows at once when the bot itself is refused; when an edition cannot be read three times and was never read in
    between (our mistake is the same in every chat); and when more than one in twenty is refused for reasons unknown.
    """

    mistakes: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    def blows(self, edition: int, outcome: Outcome) -> bool:
        """Count one outcome of an edition; True when the campaign has to stop."""
        self.outcomes[outcome] += 1
        if outcome is Outcome.SENT:
            self.mistakes[edition] = 0
        self.mistakes[edition] += outcome is Outcome.BAD_PAGE
        is_refused = outcome in {Outcome.BAD_TOKEN, Outcome.CONFLICT}
        return is_refused or self.mistakes[edition] >= _SAME_MISTAKES or self._refuses_too_many()

    def _refuses_too_many(self) -> bool:
        refused = self.outcomes[Outcome.REFUSED]
        return refused >= _SAME_MISTAKES and refused > _REFUSED_SHARE * self.outcomes.total()
