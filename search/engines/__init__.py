"""Engines: each finds candidates and serves passages behind `search.engine.Engine`."""
