"""Readout: answers about news articles, each checked against the sentence that it rests on."""
