"""Tests of the reasons: evidence, headlines, drivers."""
