"""WhatsApp: Meta's webhook in, a durable inbox and outbox, Meta's Cloud API out."""
