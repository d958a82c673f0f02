package org.ashlar.core.internal.export;

import org.ashlar.spi.export.ExportRequest;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.option.OptionValues;
import org.ashlar.spi.source.RequestSource;

/**
 * What an export driver is given to start. Immutable; valid as long as the export.
 *
 * @param settings what every export is told
 * @param options the checked options
 * @param source where its clients' requests begin
 * @param deletion asks for the export to be deleted
 */
record StartOfExport(
        ExportSettings settings, OptionValues options, RequestSource source, Runnable deletion)
        implements ExportRequest {

    @Override
    public String id() {
        return settings.id();
    }

    @Override
    public String nodeName() {
        return settings.nodeName();
    }

    @Override
    public boolean writable() {
        return settings.writable();
    }

    @Override
    public boolean writethrough() {
        return settings.writethrough();
    }

    @Override
    public void requestDelete() {
        deletion.run();
    }
}
