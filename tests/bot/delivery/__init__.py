"""Tests of delivery: nothing lost, nothing repeated that can be helped, at Telegram's own pace."""
