"""The bundled figures, as the explainer's tests read them."""

from tests.bot.explainer.conftest import reader, sample

__all__ = ["reader", "sample"]
