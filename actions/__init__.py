"""Custom actions of the Rasa project: read the turn, call one function of `answers`, utter."""
