-- Staged rows can be read again from the file, so they are not written to the log: this is what
-- staging a large file costs most.
ALTER TABLE imports_importstagedrow SET UNLOGGED;
