"""The sealed room: what runs inside the Rasa server, on Python 3.10 and with Rasa's own packages."""
