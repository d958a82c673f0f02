package org.ashlar.spi;

/**
 * A file name, and a format name that may be empty, as stored inside an image: untrusted input.
 * Immutable.
 *
 * @param fileName a path or a URI, relative to the image that names it
 * @param format a driver's name, or empty where the image does not say
 */
public record ImageReference(String fileName, String format) {}
