"""Sources tested on recorded shapes: headers and a few rows written from the documented columns."""
