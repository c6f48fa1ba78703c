"""The environment builder: turns names of packages into an archive that runs on any node, and a kernel."""
