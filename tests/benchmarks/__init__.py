"""Speed, memory and precision, side by side in one run: ratios, as a shared machine's seconds mean little."""
