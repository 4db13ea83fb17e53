"""Tests mirror the tree; tests/botapi is a strict fake Bot API, tests/sessions real days as readable files."""
