"""One file per publisher: a request in, dated rows out."""
