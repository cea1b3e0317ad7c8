"""The public calculator page, its picture and its PDF."""
