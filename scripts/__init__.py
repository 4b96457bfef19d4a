"""Entry points: settings, serving, compiling, deploying, the story and the command line."""
