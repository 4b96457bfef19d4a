"""Tests of the pages, in real Chromium."""
