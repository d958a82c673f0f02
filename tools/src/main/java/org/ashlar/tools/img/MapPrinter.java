package org.ashlar.tools.img;

import java.io.PrintStream;
import java.util.function.UnaryOperator;
import org.ashlar.spi.ChainExtent;
import org.ashlar.tools.ToolFailure;

/** Prints the entries of a map. Confined to one thread. */
abstract class MapPrinter {
    final PrintStream out;

    private MapPrinter(PrintStream out) {
        this.out = out;
    }

    /** Prints for people: only what can be read from a file as it is. */
    static MapPrinter human(PrintStream out, UnaryOperator<String> names) {
        return new Human(out, names);
    }

    /** Prints for programs. */
    static MapPrinter json(PrintStream out) {
        return new Json(out);
    }

    /** Prints what comes before the first entry. */
    abstract void begin();

    /** Prints an entry; one of no length but the last stands for nothing. */
    abstract void entry(MapEntry entry, boolean last) throws ToolFailure;

    /** Prints what comes after the last entry. */
    abstract void end();

    private static final class Human extends MapPrinter {
        private final UnaryOperator<String> names;

        Human(PrintStream out, UnaryOperator<String> names) {
            super(out);
            this.names = names;
        }

        @Override
        void begin() {
            out.print(pad("Offset") + pad("Length") + pad("Mapped to") + "File\n");
        }

        @Override
        void entry(MapEntry entry, boolean last) throws ToolFailure {
            ChainExtent extent = entry.extent();
            if (!extent.data() || extent.zero()) {
                return;
            }
            if (extent.location().isEmpty()) {
                throw ToolFailure.of("File contains external, encrypted or compressed clusters.");
            }
            ChainExtent.Location location = extent.location().get();
            out.print(
                    pad(hex(entry.start()))
                            + pad(hex(entry.length()))
                            + pad(hex(location.offset()))
                            + names.apply(location.nodeName())
                            + "\n");
        }

        @Override
        void end() {}

        private static String hex(long value) {
            return value == 0 ? "0" : "0x" + Long.toHexString(value);
        }

        private static String pad(String text) {
            return text + " ".repeat(Math.max(0, 16 - text.length()));
        }
    }

    private static final class Json extends MapPrinter {

        Json(PrintStream out) {
            super(out);
        }

        @Override
        void begin() {
            out.print("[");
        }

        @Override
        void entry(MapEntry entry, boolean last) {
            if (entry.length() == 0 && !last) {
                return;
            }
            ChainExtent extent = entry.extent();
            out.print(
                    "{ \"start\": "
                            + entry.start()
                            + ", \"length\": "
                            + entry.length()
                            + ", \"depth\": "
                            + extent.depth()
                            + ", \"present\": "
                            + extent.allocated()
                            + ", \"zero\": "
                            + extent.zero()
                            + ", \"data\": "
                            + extent.data());
            if (extent.location().isPresent()) {
                out.print(", \"offset\": " + extent.location().get().offset());
            }
            out.print(last ? "}" : "},\n");
        }

        @Override
        void end() {
            out.print("]\n");
        }
    }
}
