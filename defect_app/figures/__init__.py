"""Results to plotly figures: pure functions that draw and compute nothing."""
