"""Tests of index/rules."""
