"""One file, one rule. Rules are pure: facts in, a reason out; ``decide.py`` beside this folder orders them."""
