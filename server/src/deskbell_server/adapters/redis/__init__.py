"""What all servers share for a while: which calls go on, how much was used of a rate, speech that was synthesised and
answers that were given before.

Every key but a server's own heartbeat and the platform's buckets has the tenant's id after `deskbell:`, so that no
look-up can cross tenants.
"""

from deskbell_server.adapters.redis.answer_cache import RedisAnswerCache
from deskbell_server.adapters.redis.client import open_redis
from deskbell_server.adapters.redis.live_calls import RedisLiveCalls
from deskbell_server.adapters.redis.rate_limits import RedisRateLimits
from deskbell_server.adapters.redis.speech_cache import RedisSpeechCache

__all__ = ["RedisAnswerCache", "RedisLiveCalls", "RedisRateLimits", "RedisSpeechCache", "open_redis"]
