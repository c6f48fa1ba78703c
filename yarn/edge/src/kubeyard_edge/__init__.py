"""What an edge node must bring, checked before anything is installed on it; needs nothing but Python."""
