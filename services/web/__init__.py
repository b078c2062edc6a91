"""What every HTTP service of the hub is built on: callers, problems, health, metrics, and the server."""

from services.web.application import Site, application
from services.web.asgi import Answer, Incoming, Raw
from services.web.caller.calling import calling, only
from services.web.caller.credentials import Caller, Credentials
from services.web.caller.quota import Quota
from services.web.problem import Problem
from services.web.serving import serve, serve_all

__all__ = [
    "Answer",
    "Caller",
    "Credentials",
    "Incoming",
    "Problem",
    "Quota",
    "Raw",
    "Site",
    "application",
    "calling",
    "only",
    "serve",
    "serve_all",
]
