"""Entry points: settings, serving, compiling, deploying, the demonstration and the command line."""
