"""The doors to the network: the API, and the process that serves it beside the app."""
