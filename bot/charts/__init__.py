"""The close picture: one session's level, change and turnover beside the sessions before it, as PNG.

It is read on a phone held upright, often in a group and on a dark screen, so it carries its own light ground, one
headline number and no decoration. A candle is hollow when the index closed above its open and filled when below, as
mainland terminals draw it, so that no reader depends on telling red from green.

No other package imports matplotlib.
"""

from bot.charts.canvas import FONT, HEIGHT_PX, WIDTH_PX, Colours
from bot.charts.close import close_chart
from bot.charts.series import ChartLabels, CloseSeries

__all__ = ["FONT", "HEIGHT_PX", "WIDTH_PX", "ChartLabels", "CloseSeries", "Colours", "close_chart"]
