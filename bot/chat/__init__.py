"""What was asked: language, intent, index, session, premise, and the answer to it."""
