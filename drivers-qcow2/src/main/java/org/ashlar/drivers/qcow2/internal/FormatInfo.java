package org.ashlar.drivers.qcow2.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.HeaderExtension;

/** Tells what is special about an image, in QMP's words and the reference's order. Stateless. */
final class FormatInfo {
    private static final List<String> STALE_BITMAPS =
            List.of(
                    "a program lacking bitmap support modified this file, so all bitmaps are now"
                            + " considered inconsistent",
                    "Some clusters may be leaked, run 'qemu-img check -r' on the image file to"
                            + " fix.");

    private FormatInfo() {}

    static boolean isDirty(Header header) {
        return header.features().has(Features.DIRTY);
    }

    /** Returns what its user should be warned of. */
    static List<String> warnings(Header header) {
        boolean stale =
                header.extension(HeaderExtension.BITMAPS).isPresent()
                        && (header.features().autoclear() & Features.BITMAPS) == 0;
        return stale ? STALE_BITMAPS : List.of();
    }

    /** Describes an image, with its bitmaps and what is said of its encryption, if it is. */
    static Map<String, Object> of(
            Header header, List<Map<String, Object>> bitmaps, Map<String, Object> encryption) {
        Map<String, Object> info = new LinkedHashMap<>();
        if (header.geometry().version() == 2) {
            info.put("compat", "0.10");
            info.put("compression-type", header.compression().text());
            info.put("refcount-bits", 1L << header.geometry().refcountOrder());
            putUnlessEmpty(info, "encrypt", encryption);
            return info;
        }
        info.put("compat", "1.1");
        info.put("compression-type", header.compression().text());
        info.put("lazy-refcounts", header.features().lazyRefcounts());
        if (!bitmaps.isEmpty()) {
            info.put("bitmaps", bitmaps);
        }
        info.put("refcount-bits", 1L << header.geometry().refcountOrder());
        putUnlessEmpty(info, "encrypt", encryption);
        if (header.geometry().externalData()) {
            header.dataFile().ifPresent(name -> info.put("data-file", name));
            info.put("data-file-raw", header.features().rawExternalData());
        }
        info.put("corrupt", header.features().has(Features.CORRUPT));
        info.put("extended-l2", header.geometry().extendedL2());
        return info;
    }

    private static void putUnlessEmpty(
            Map<String, Object> info, String name, Map<String, Object> members) {
        if (!members.isEmpty()) {
            info.put(name, members);
        }
    }
}
