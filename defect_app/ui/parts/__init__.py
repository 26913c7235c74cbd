"""What pages share on screen: text, errors, navigation, charts, tables, galleries, and the evaluation behind them."""
