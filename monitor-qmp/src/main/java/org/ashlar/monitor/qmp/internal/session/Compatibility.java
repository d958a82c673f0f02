package org.ashlar.monitor.qmp.internal.session;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which version of the protocol's reference this is compatible with. Stateless. */
public final class Compatibility {

    private static final int MAJOR = 11;
    private static final int MINOR = 1;
    private static final int MICRO = 3;

    private Compatibility() {}

    /** Returns the answer to {@code query-version}. */
    public static Map<String, Object> version() {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("micro", MICRO);
        reference.put("minor", MINOR);
        reference.put("major", MAJOR);
        Map<String, Object> version = new LinkedHashMap<>();
        version.put("qemu", reference);
        version.put("package", "ashlar");
        return version;
    }
}
