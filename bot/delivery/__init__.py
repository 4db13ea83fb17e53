"""Who hears it: subscribers, and a close page to each of them once per session."""
