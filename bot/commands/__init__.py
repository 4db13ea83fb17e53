"""What each command does, without its options: figures and words in, text on standard output."""
