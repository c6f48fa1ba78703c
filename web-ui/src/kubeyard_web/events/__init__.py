"""Changes as they happen: one subscription to the API, told on to every browser that it concerns."""
