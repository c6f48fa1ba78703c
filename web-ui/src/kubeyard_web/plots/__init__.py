"""Plots: lines over time as SVG that needs no script, and what a script needs to draw the same."""
