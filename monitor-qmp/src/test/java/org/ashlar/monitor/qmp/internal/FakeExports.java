package org.ashlar.monitor.qmp.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ashlar.spi.control.Exports;
import org.ashlar.spi.export.ExportInfo;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.option.OptionTree;

/** The exports of a {@link FakeLayer}: what a test puts there; calls are recorded. */
final class FakeExports implements Exports {

    final List<ExportInfo> exports = new CopyOnWriteArrayList<>();

    private final List<String> calls;

    FakeExports(List<String> calls) {
        this.calls = calls;
    }

    @Override
    public void add(ExportSettings settings, OptionTree options) {
        calls.add("export " + settings + " " + options);
    }

    @Override
    public void delete(String id, boolean hard) {
        calls.add("unexport " + id + " " + hard);
    }

    @Override
    public List<ExportInfo> list() {
        return exports;
    }
}
