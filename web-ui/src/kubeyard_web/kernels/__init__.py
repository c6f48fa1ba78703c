"""Live kernels: the list, and interrupting, restarting and stopping one."""
