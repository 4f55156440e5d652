"""What all servers share for a while: which calls go on, and speech that was synthesised before.

Every key but a server's own heartbeat begins with `deskbell:{tenant}:`, so that no look-up can cross tenants.
"""

from deskbell_server.adapters.redis.client import open_redis
from deskbell_server.adapters.redis.live_calls import RedisLiveCalls
from deskbell_server.adapters.redis.speech_cache import RedisSpeechCache

__all__ = ["RedisLiveCalls", "RedisSpeechCache", "open_redis"]
