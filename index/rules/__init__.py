"""How published indices are kept going: raw records of a market and a rule set → the table of constituents."""
