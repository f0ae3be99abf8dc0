"""One module a figure: its static SVG, its table, and what plotly draws over it."""
