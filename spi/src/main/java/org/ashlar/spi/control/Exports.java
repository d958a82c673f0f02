package org.ashlar.spi.control;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.export.ExportInfo;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.option.OptionTree;
import org.osgi.annotation.versioning.ProviderType;

/** The exports of a block layer. Thread-safe. */
@ProviderType
public interface Exports {

    /** Starts an export (QMP {@code block-export-add}). */
    void add(ExportSettings settings, OptionTree options) throws IOException;

    /**
     * Ends an export (QMP {@code block-export-del}) and returns once it has.
     *
     * @param hard whether to disconnect clients; otherwise an export with clients is refused
     */
    void delete(String id, boolean hard) throws IOException;

    /** Returns the exports in the order they were added. */
    List<ExportInfo> list();
}
