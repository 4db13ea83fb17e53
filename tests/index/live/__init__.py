"""Tests of index/live."""
