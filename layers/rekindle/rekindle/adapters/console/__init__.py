"""The console's pages: templates filled with what the API shows, and lists as CSV."""
