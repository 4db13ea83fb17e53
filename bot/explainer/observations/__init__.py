"""What the stored figures show about a move: one file per kind of figure, each an ``observe``."""
