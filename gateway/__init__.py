"""The public door: the website's API, the inbox, limits, and the way to Rasa."""
