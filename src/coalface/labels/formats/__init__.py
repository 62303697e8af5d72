"""Formats of label files: one file a format, each a streaming reader of drafts."""
