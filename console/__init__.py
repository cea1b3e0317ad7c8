"""The staff console: review conversations, teach the assistant, keep the facts true."""
