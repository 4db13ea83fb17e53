"""Why an index moved: rules over dated evidence. Knows neither templates nor Telegram nor the clock."""
