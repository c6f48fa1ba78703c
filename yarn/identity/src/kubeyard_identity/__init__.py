"""Who is calling, by a signed token, and what is theirs."""
