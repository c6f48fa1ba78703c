"""Records what a real Hadoop of some version answers, and answers the same again in tests."""
