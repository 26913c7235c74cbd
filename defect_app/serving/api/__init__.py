"""The HTTP door, a file a resource: the same models, verdicts and records as the app, as JSON."""

from defect_app.serving.api.application import create_api

__all__ = ["create_api"]
