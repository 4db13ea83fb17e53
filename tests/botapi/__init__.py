"""A fake Bot API as strict as the real one, so that delivery can be tested without a network."""
