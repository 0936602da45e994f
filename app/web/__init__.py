"""The web app: pages, API and live socket over the sandbox and the picture."""

from app.web.app import create_app

__all__ = ["create_app"]
