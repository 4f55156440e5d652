"""Groq's models through its official SDK."""

from groq import AsyncGroq

from deskbell_server.adapters.groq.chat import GroqChat
from deskbell_server.adapters.groq.client import groq_client
from deskbell_server.adapters.groq.speech_to_text import GroqSpeechToText
from deskbell_server.adapters.groq.text_to_speech import GroqTextToSpeech

__all__ = ["AsyncGroq", "GroqChat", "GroqSpeechToText", "GroqTextToSpeech", "groq_client"]
