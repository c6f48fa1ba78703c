"""A cluster of light kernels that speak the real protocol: what a gateway holds a thousand of on one machine.

Run in the gateway's own environment: `python -m measuring.stand_in <port>`.
"""
