"""One file per sort of answer: ``reply(asked)`` finds what is told; the words are in the template it names."""
