package org.ashlar.tools.img;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.Lane;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.ErrorText;

/** The sources of a conversion, one behind the other. Immutable. */
final class SourceSet {
    private final List<Disk> disks;
    private final List<Long> lengths;
    private final List<Optional<String>> bases;

    private SourceSet(List<Disk> disks, List<Long> lengths, List<Optional<String>> bases) {
        this.disks = List.copyOf(disks);
        this.lengths = List.copyOf(lengths);
        this.bases = List.copyOf(bases);
    }

    static SourceSet open(Session session, ConvertOptions options) throws ToolFailure, IOException {
        Access access =
                Access.READ
                        .with(options.sourceCache)
                        .sharing(options.common.forceShare())
                        .undisturbed();
        List<Disk> disks = new ArrayList<>();
        List<Long> lengths = new ArrayList<>();
        List<Optional<String>> bases = new ArrayList<>();
        for (String source : options.sources()) {
            Disk disk = CommonOptions.open(session, options.common.image(source), access);
            disks.add(disk);
            lengths.add(disk.lane().length());
            // What the source does not hold itself is left to the target's backing file.
            bases.add(
                    options.backing.isPresent()
                            ? session.backing(disk.node()).map(NodeInfo::name)
                            : Optional.empty());
        }
        return new SourceSet(disks, lengths, bases);
    }

    int count() {
        return disks.size();
    }

    /** Returns the length of all of them together, in bytes. */
    long length() {
        long sum = 0;
        for (long length : lengths) {
            sum += length;
        }
        return sum;
    }

    /** Returns the length of one of them. */
    long length(int source) {
        return lengths.get(source);
    }

    /** Describes what is at an offset of one of them, above what the target's backing file has. */
    ChainExtent extentAt(int source, long offset) throws ToolFailure {
        try {
            return disks.get(source)
                    .lane()
                    .extentAt(offset, lengths.get(source) - offset, bases.get(source));
        } catch (IOException failed) {
            throw ToolFailure.of(
                    "error while reading block status at offset "
                            + offset
                            + ": "
                            + ErrorText.of(failed));
        }
    }

    /** Returns a reader for one more thread. */
    Reader reader() {
        List<Lane> lanes = new ArrayList<>();
        for (Disk disk : disks) {
            lanes.add(disk.newLane("convert"));
        }
        return new Reader(lanes);
    }

    /** Reads from all the sources. Confined to one thread. */
    record Reader(List<Lane> lanes) {
        void read(Chunk chunk, MemorySegment into) throws IOException {
            lanes.get(chunk.source()).read(chunk.sourceOffset(), into);
        }
    }
}
