"""The browser front end, the JSON API and the command line."""
