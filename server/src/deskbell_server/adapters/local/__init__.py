"""Engines that need no key and no network: their weights come inside installed packages."""
