"""One rule per family: ``find(move, evidence)`` gives a driver, or None when the family has nothing to say.

The evidence a rule is given all points one way: the move's own way when causes are looked for, the other way when
the explanation asks what spoke against the move.
"""
