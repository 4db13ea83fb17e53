"""The close picture."""
