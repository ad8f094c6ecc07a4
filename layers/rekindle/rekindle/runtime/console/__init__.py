"""The pages of the console over the use cases of the API."""
