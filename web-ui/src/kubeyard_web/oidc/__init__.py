"""The OpenID provider, through which the Hub logs people in."""
