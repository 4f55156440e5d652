"""One small object for each service.

What changes something takes a `request_id`, a UUID, and makes one itself if none is given. Give one to repeat a request
yourself, for example after this process was restarted: within 24 hours the server does it once only.
"""

from deskbell.services.agents import Agents
from deskbell.services.analytics import Analytics
from deskbell.services.audit import Audit
from deskbell.services.auth import Auth
from deskbell.services.catalog import Catalog
from deskbell.services.chat import Chat
from deskbell.services.conversations import Conversations
from deskbell.services.knowledge import Knowledge
from deskbell.services.leads import Leads
from deskbell.services.operators import Operators
from deskbell.services.reservations import Reservations
from deskbell.services.tenants import Tenants
from deskbell.services.users import Users

__all__ = [
    "Agents",
    "Analytics",
    "Audit",
    "Auth",
    "Catalog",
    "Chat",
    "Conversations",
    "Knowledge",
    "Leads",
    "Operators",
    "Reservations",
    "Tenants",
    "Users",
]
