package org.ashlar.spi.image;

/**
 * What a check found (QMP {@code ImageCheck}). Immutable; counts are of what is left after repair.
 *
 * @param checkErrors how many checks could not be carried out
 * @param corruptions how many corruptions there are
 * @param leaks how many clusters are leaked
 * @param corruptionsFixed how many corruptions were repaired
 * @param leaksFixed how many leaks were repaired
 * @param imageEndOffset where the image ends in its file, in bytes
 * @param totalClusters how many guest clusters there are
 * @param allocatedClusters how many of them are allocated
 * @param fragmentedClusters how many of them do not follow the one before
 * @param compressedClusters how many of them are compressed
 */
public record CheckResult(
        long checkErrors,
        long corruptions,
        long leaks,
        long corruptionsFixed,
        long leaksFixed,
        long imageEndOffset,
        long totalClusters,
        long allocatedClusters,
        long fragmentedClusters,
        long compressedClusters) {}
