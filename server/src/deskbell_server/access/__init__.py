"""Who may call and how much: credentials, sessions, tokens, quotas, limits, and what is swept away."""
