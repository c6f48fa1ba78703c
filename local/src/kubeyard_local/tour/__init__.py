"""A walk through the running platform, by the interfaces that a browser and JupyterLab use."""
