"""What happened: dated, sourced figures of the Shanghai Composite and its companions.

Knows no prose and no Telegram, and can be used without the bot.
"""
