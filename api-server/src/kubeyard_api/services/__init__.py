"""What the server does, behind its routes and beside its requests."""
