"""Tests of what a question is understood as."""
