"""How pages ask the API: one client a process, and the last known answer where it is out of reach."""
