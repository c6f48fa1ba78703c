"""Applications on YARN: the list, one of them, its logs, and ending them."""
