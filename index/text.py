"""Text as it was written, whatever the system made of it."""


def readable(text: str) -> str:
    """Arguments and file names as people wrote them.

    A shell that names no encoding (``LANG=C``, as cron and containers have it) hands Chinese over as stray bytes, which
    Python keeps as lone surrogates: no terminal, database or rule takes those.
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
