"""The only place that speaks SQL: tables, session, queries, loading of the content."""
