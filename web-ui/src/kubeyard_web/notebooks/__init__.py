"""Opening one's JupyterLab: what the Hub knows of it, its start, and why that fails."""
