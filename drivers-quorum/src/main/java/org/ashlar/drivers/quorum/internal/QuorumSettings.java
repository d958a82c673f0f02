package org.ashlar.drivers.quorum.internal;

import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/**
 * The options of a quorum node, checked. Immutable.
 *
 * @param threshold how many children must agree, from 1 to the number of children
 * @param blkverify whether a mismatch of exactly two children is told as such
 * @param rewriteCorrupted whether a child that was outvoted is overwritten with what won
 * @param readPattern which children a read asks
 */
record QuorumSettings(
        int threshold, boolean blkverify, boolean rewriteCorrupted, ReadPattern readPattern) {

    private static final Option<Long> VOTE_THRESHOLD =
            Option.integer("vote-threshold")
                    .required()
                    .reopenable()
                    .help("how many children must agree for a request to succeed");
    private static final Option<Boolean> BLKVERIFY =
            Option.bool("blkverify")
                    .orElse(false)
                    .reopenable()
                    .help("of two children, say where they differ");
    private static final Option<Boolean> REWRITE_CORRUPTED =
            Option.bool("rewrite-corrupted")
                    .orElse(false)
                    .reopenable()
                    .help("overwrite a child that was outvoted with what won");
    private static final Option<ReadPattern> READ_PATTERN =
            Option.choice("read-pattern", ReadPattern.class)
                    .orElse(ReadPattern.QUORUM)
                    .reopenable()
                    .help("read all children and vote, or the first that has not failed");

    /** Every option of the driver. */
    static final List<Option<?>> OPTIONS =
            List.of(VOTE_THRESHOLD, BLKVERIFY, REWRITE_CORRUPTED, READ_PATTERN);

    /**
     * Reads and checks the options for so many children.
     *
     * @throws BlockException of kind {@code INVALID}, worded as the reference words it
     */
    static QuorumSettings of(OptionValues options, int children) throws BlockException {
        long threshold = options.get(VOTE_THRESHOLD);
        boolean blkverify = options.get(BLKVERIFY);
        boolean rewrite = options.get(REWRITE_CORRUPTED);
        if (threshold < 1) {
            throw BlockException.invalid("Parameter 'vote-threshold' expects a value >= 1");
        }
        if (threshold > children) {
            throw BlockException.invalid("threshold may not exceed children count");
        }
        boolean votes = options.get(READ_PATTERN) == ReadPattern.QUORUM;
        if (votes && blkverify && (children != 2 || threshold != 2)) {
            throw BlockException.invalid(
                    "blkverify=on can only be set if there are exactly two files and"
                            + " vote-threshold is 2");
        }
        if (votes && blkverify && rewrite) {
            throw BlockException.invalid("rewrite-corrupted=on cannot be used with blkverify=on");
        }
        return new QuorumSettings((int) threshold, blkverify, rewrite, options.get(READ_PATTERN));
    }

    /**
     * Checks that a quorum with these settings may come by so many children.
     *
     * @throws BlockException of kind {@code INVALID}, worded as the reference words it
     */
    void checkChange(int before, int after) throws BlockException {
        if (blkverify && after > before) {
            throw BlockException.invalid("Cannot add a child to a quorum in blkverify mode");
        }
        if (after < before && after < threshold) {
            throw BlockException.invalid(
                    "The number of children cannot be lower than the vote threshold " + threshold);
        }
    }
}
