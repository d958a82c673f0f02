package org.ashlar.drivers.qcow2.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Header;

/** Tells what is special about an image, in QMP's words and the reference's order. Stateless. */
final class FormatInfo {
    private FormatInfo() {}

    static boolean isDirty(Header header) {
        return header.features().has(Features.DIRTY);
    }

    static Map<String, Object> of(Header header, List<Map<String, Object>> bitmaps) {
        Map<String, Object> info = new LinkedHashMap<>();
        if (header.geometry().version() == 2) {
            info.put("compat", "0.10");
            info.put("compression-type", header.compression().text());
            info.put("refcount-bits", 1L << header.geometry().refcountOrder());
            return info;
        }
        info.put("compat", "1.1");
        info.put("compression-type", header.compression().text());
        info.put("lazy-refcounts", header.features().lazyRefcounts());
        if (!bitmaps.isEmpty()) {
            info.put("bitmaps", bitmaps);
        }
        info.put("refcount-bits", 1L << header.geometry().refcountOrder());
        info.put("corrupt", header.features().has(Features.CORRUPT));
        info.put("extended-l2", header.geometry().extendedL2());
        if (header.geometry().externalData()) {
            header.dataFile().ifPresent(name -> info.put("data-file", name));
            info.put("data-file-raw", header.features().rawExternalData());
        }
        return info;
    }
}
