package org.ashlar.tools.image;

import java.util.EnumSet;
import java.util.Set;
import org.ashlar.spi.NodeSettings.DetectZeroes;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;

/**
 * What a tool wants to do with an image. Immutable.
 *
 * @param uses what it does; nothing for a look at the metadata
 * @param cache how it is cached
 * @param forceShare whether to tolerate other writers
 * @param unmap whether discards are passed on
 * @param detectZeroes what becomes of writes of zeroes
 * @param purpose what for
 * @param stable whether nobody else may write meanwhile
 */
public record Access(
        Set<Permission> uses,
        CacheMode cache,
        boolean forceShare,
        boolean unmap,
        DetectZeroes detectZeroes,
        Purpose purpose,
        boolean stable) {

    /** What an image is opened for. */
    public enum Purpose {
        /** To look at its metadata: what lies below and what holds its data need not be there. */
        INSPECTION,
        /** To be read and written. */
        USE,
        /** To be checked and repaired: it may be damaged. */
        REPAIR
    }

    /** Looks at the metadata of one image. */
    public static final Access INSPECT =
            new Access(
                    Set.of(),
                    CacheMode.WRITEBACK,
                    false,
                    false,
                    DetectZeroes.OFF,
                    Purpose.INSPECTION,
                    false);

    /** Reads. */
    public static final Access READ =
            new Access(
                    Set.of(Permission.CONSISTENT_READ),
                    CacheMode.WRITEBACK,
                    false,
                    false,
                    DetectZeroes.OFF,
                    Purpose.USE,
                    false);

    /** Reads and writes. */
    public static final Access WRITE =
            READ.using(Permission.CONSISTENT_READ, Permission.WRITE, Permission.RESIZE);

    public Access {
        uses = Set.copyOf(uses);
    }

    private Access using(Permission... permissions) {
        return new Access(
                Set.of(permissions), cache, forceShare, unmap, detectZeroes, purpose, stable);
    }

    /** Returns this with another cache mode. */
    public Access with(CacheMode mode) {
        return new Access(uses, mode, forceShare, unmap, detectZeroes, purpose, stable);
    }

    /** Returns this for reading and writing, or for reading alone. */
    public Access writing(boolean write) {
        return new Access(
                write ? WRITE.uses : READ.uses,
                cache,
                forceShare,
                unmap,
                detectZeroes,
                purpose,
                stable);
    }

    /** Returns this with other writers tolerated or not. */
    public Access sharing(boolean share) {
        return new Access(uses, cache, share, unmap, detectZeroes, purpose, stable);
    }

    /** Returns this with discards passed on. */
    public Access unmapping(boolean pass) {
        return new Access(uses, cache, forceShare, pass, detectZeroes, purpose, stable);
    }

    /** Returns this with another fate for writes of zeroes. */
    public Access detecting(DetectZeroes detect) {
        return new Access(uses, cache, forceShare, unmap, detect, purpose, stable);
    }

    /** Returns this with writes of others kept out, unless they are tolerated by force. */
    public Access undisturbed() {
        return new Access(uses, cache, forceShare, unmap, detectZeroes, purpose, !forceShare);
    }

    /** Returns this with what it repairs allowed to be damaged. */
    public Access repairing() {
        return new Access(uses, cache, forceShare, unmap, detectZeroes, Purpose.REPAIR, stable);
    }

    /** Returns whether it writes. */
    public boolean writes() {
        return uses.contains(Permission.WRITE);
    }

    /** Returns what the tool's own edge uses and shares. */
    Permissions permissions() {
        return new Permissions(
                uses,
                stable
                        ? EnumSet.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED)
                        : EnumSet.allOf(Permission.class));
    }

    /** Adds to a node's options what this says of it, where the user has not said it. */
    OptionTree settings(OptionTree given) {
        OptionTree tree = given;
        if (!writes() && !tree.has("read-only")) {
            tree = tree.with("read-only", "on");
        }
        if (purpose != Purpose.USE) {
            tree = tree.with(purpose == Purpose.REPAIR ? "repair" : "inspect", "on");
        }
        if (forceShare && !tree.has("force-share")) {
            tree = tree.with("force-share", "on");
        }
        if ((cache.direct() || cache.noFlush()) && !tree.has("cache")) {
            tree =
                    tree.with(
                            "cache",
                            java.util.Map.of(
                                    "direct", onOff(cache.direct()),
                                    "no-flush", onOff(cache.noFlush())));
        }
        if (unmap && !tree.has("discard")) {
            tree = tree.with("discard", "unmap");
        }
        if (detectZeroes != DetectZeroes.OFF && !tree.has("detect-zeroes")) {
            tree = tree.with("detect-zeroes", Option.textOf(detectZeroes));
        }
        return tree;
    }

    private static String onOff(boolean value) {
        return value ? "on" : "off";
    }
}
