"""Thin Rasa components around the pure functions of `bot.nlu`."""
