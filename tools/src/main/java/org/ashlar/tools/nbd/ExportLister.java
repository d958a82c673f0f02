package org.ashlar.tools.nbd;

import java.io.IOException;
import java.util.List;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;

/** Lists what an NBD server offers. Confined to one run. */
final class ExportLister {
    private static final String[] FLAGS = {
        "",
        "readonly",
        "flush",
        "fua",
        "rotational",
        "trim",
        "zeroes",
        "df",
        "multi",
        "resize",
        "cache",
        "fast-zero"
    };

    private final NbdOptions options;
    private final Terminal terminal;

    ExportLister(NbdOptions options, Terminal terminal) {
        this.options = options;
        this.terminal = terminal;
    }

    void run() throws ToolFailure, IOException {
        try (NbdProbe probe = NbdProbe.connect(options)) {
            List<NbdProbe.Offer> offers = probe.list();
            terminal.line("exports available: " + offers.size());
            for (NbdProbe.Offer offer : offers) {
                print(offer);
            }
        }
    }

    private void print(NbdProbe.Offer offer) {
        terminal.line(" export: '" + offer.name() + "'");
        if (!offer.description().isEmpty()) {
            terminal.line("  description: " + offer.description());
        }
        terminal.line("  size:  " + offer.length());
        terminal.line(
                "  flags: 0x" + Integer.toHexString(offer.flags()) + " (" + names(offer) + " )");
        if (offer.maxBlock() != 0) {
            terminal.line("  min block: " + offer.minBlock());
            terminal.line("  opt block: " + offer.preferredBlock());
            terminal.line("  max block: " + offer.maxBlock());
        }
        if (!offer.contexts().isEmpty()) {
            terminal.line("  available meta contexts: " + offer.contexts().size());
            for (String context : offer.contexts()) {
                terminal.line("   " + context);
            }
        }
    }

    private static String names(NbdProbe.Offer offer) {
        StringBuilder names = new StringBuilder();
        for (int bit = 1; bit < FLAGS.length; bit++) {
            if (((offer.flags() >> bit) & 1) != 0) {
                names.append(' ').append(FLAGS[bit]);
            }
        }
        return names.toString();
    }
}
