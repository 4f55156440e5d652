"""A server that speaks Groq's protocol, so that the real SDK runs where Groq's cloud cannot be had.

Its answers come from engines of ours (by default the local ones); a `Plan` makes it slow or faulty on purpose.
"""

from deskbell_server.fake_groq.app import FakeEngines, create_app
from deskbell_server.fake_groq.plan import Fault, Plan, parse_fault
from deskbell_server.fake_groq.serving import serve_fake_groq

__all__ = ["FakeEngines", "Fault", "Plan", "create_app", "parse_fault", "serve_fake_groq"]
