"""Runs real importers against the fakes and judges numbered requirements from the record."""
