"""One rule per file, each ``find(move, evidence) -> Driver | None``."""
