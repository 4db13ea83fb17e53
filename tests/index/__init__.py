"""Figures: sessions, folders, quality, store and arithmetic."""
