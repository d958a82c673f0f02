package org.ashlar.tools.img;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.image.BackingLink;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.source.Admission;
import org.ashlar.tools.image.Allocation;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.FileNames;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.FormatSpecific;
import org.ashlar.tools.text.Sizes;

/**
 * What {@code info} tells of one image. Immutable.
 *
 * @param fileName its file
 * @param format its format
 * @param length its length in bytes
 * @param allocated how many bytes it takes of its storage, -1 if unknown
 * @param details what its format tells
 * @param backing the backing file it names
 */
record ImageFacts(
        String fileName,
        String format,
        long length,
        long allocated,
        Details details,
        Optional<ImageReference> backing) {

    /**
     * What a format tells. Immutable.
     *
     * @param clusterSize the allocation unit in bytes, 0 if there is none
     * @param dirty whether the image was not closed properly
     * @param encrypted whether its data are encrypted
     * @param specific more, by the reference's names
     * @param snapshots the snapshots within it
     */
    record Details(
            long clusterSize,
            boolean dirty,
            boolean encrypted,
            Map<String, Object> specific,
            SnapshotList snapshots) {
        static final Details NONE =
                new Details(0, false, false, Map.of(), new SnapshotList(List.of()));

        static Details of(ImageInfo info, Admission admission) throws IOException {
            return new Details(
                    info.clusterSize(),
                    info.isDirty(),
                    info.isEncrypted(),
                    info.formatSpecific(admission.request()),
                    new SnapshotList(info.snapshots(admission.request())));
        }
    }

    /** Asks an open image. */
    static ImageFacts of(Session session, Disk disk) throws IOException {
        Optional<Details> details = disk.facet(ImageInfo.class, Details::of);
        Optional<Optional<ImageReference>> backing =
                disk.facet(BackingLink.class, (link, admission) -> link.backing());
        return new ImageFacts(
                disk.fileName(),
                disk.node().driver(),
                disk.lane().length(),
                Allocation.of(session.layer(), disk.node()),
                details.orElse(Details.NONE),
                backing.orElse(Optional.empty()));
    }

    /** Returns the backing file's name as seen from here, or an empty text. */
    String fullBackingName() {
        return backing.map(link -> FileNames.resolve(fileName, link.fileName())).orElse("");
    }

    /** Returns the members as the reference's JSON has them. */
    Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        if (backing.isPresent() && !backing.get().format().isEmpty()) {
            members.put("backing-filename-format", backing.get().format());
        }
        if (!details.snapshots.isEmpty()) {
            members.put("snapshots", details.snapshots.members());
        }
        members.put("virtual-size", length);
        members.put("filename", fileName);
        if (details.clusterSize != 0) {
            members.put("cluster-size", details.clusterSize);
        }
        members.put("format", format);
        if (allocated >= 0) {
            members.put("actual-size", allocated);
        }
        if (!details.specific.isEmpty()) {
            Map<String, Object> specific = new LinkedHashMap<>();
            specific.put("type", format);
            specific.put("data", details.specific);
            members.put("format-specific", specific);
        }
        if (details.encrypted) {
            members.put("encrypted", true);
        }
        if (backing.isPresent()) {
            members.put("full-backing-filename", fullBackingName());
            members.put("backing-filename", backing.get().fileName());
        }
        members.put("dirty-flag", details.dirty);
        return members;
    }

    /** Returns the lines for people. */
    String text() {
        StringBuilder text = new StringBuilder();
        line(text, "image", fileName);
        line(text, "file format", format);
        line(text, "virtual size", Sizes.human(length) + " (" + length + " bytes)");
        line(text, "disk size", allocated < 0 ? "unavailable" : Sizes.human(allocated));
        if (details.encrypted) {
            line(text, "encrypted", "yes");
        }
        if (details.clusterSize != 0) {
            line(text, "cluster_size", Long.toString(details.clusterSize));
        }
        if (details.dirty) {
            line(text, "cleanly shut down", "no");
        }
        backing.ifPresent(link -> backingLines(text, link));
        details.snapshots.append(text);
        if (!details.specific.isEmpty()) {
            text.append("Format specific information:\n");
            FormatSpecific.append(text, details.specific, 1);
        }
        return text.toString();
    }

    private void backingLines(StringBuilder text, ImageReference link) {
        String full = fullBackingName();
        String actual = full.equals(link.fileName()) ? "" : " (actual path: " + full + ")";
        line(text, "backing file", link.fileName() + actual);
        if (!link.format().isEmpty()) {
            line(text, "backing file format", link.format());
        }
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(value).append('\n');
    }
}
