"""Figures from live sources: asked in turn, checked, laid side by side, stored."""
