"""Wire formats: pure encoding and decoding of what others write and read."""
