"""Why it happened, in words, to whoever asked or subscribed."""
