"""Facts as they come in: events, bodies of HTTP requests and a CRM's own change events, read and checked."""
