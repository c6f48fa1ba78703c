"""What goes over the wire: one module a capability, every message frozen."""
