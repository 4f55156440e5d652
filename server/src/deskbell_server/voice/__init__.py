"""One voice call.

    client -> Transport -> CallSession -> AudioIntake -> VoiceActivity -> Endpointer -> CallMachine
                                                                                            |
    client <- Transport <- Outbox <- Speaker <- TextToSpeech <- sentences <- TurnEngine <- commands

The machine decides and knows neither sockets nor clocks; the session owns the tasks around it.
"""
