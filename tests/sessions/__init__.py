"""Real days as readable files: what was asked, when, and what publishers printed of that day."""
