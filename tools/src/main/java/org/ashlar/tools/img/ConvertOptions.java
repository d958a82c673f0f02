package org.ashlar.tools.img;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.CacheMode;
import org.ashlar.tools.text.FlagOptions;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;
import org.ashlar.tools.text.Sizes;

/** What the user told {@code convert}. Confined to one run; does not change once parsed. */
final class ConvertOptions {
    private static final long MAX_SPARSE = 16 << 20;
    private static final int MAX_WORKERS = 16;

    final CommonOptions common = new CommonOptions();
    String targetFormat = "raw";
    String given = "";
    Optional<String> backing = Optional.empty();
    Optional<String> backingFormat = Optional.empty();
    CacheMode sourceCache = CacheMode.WRITEBACK;
    long minSparse = 4096;
    int workers = 8;
    boolean outOfOrder;
    boolean compressed;
    boolean progress;
    boolean skipCreate;
    boolean targetIsZero;
    boolean targetOptions;
    List<String> operands = List.of();

    private boolean formatGiven;
    private boolean sparseGiven;
    private boolean offload;
    String targetCache = "unsafe";
    private String sourceCacheName = "writeback";

    static ConvertOptions parse(List<String> args) throws ToolFailure, IOException, WrongOption {
        ConvertOptions parsed = new ConvertOptions();
        Getopt options =
                new Getopt(
                        args,
                        "hf:O:B:CcF:o:l:S:pt:T:qnm:WUr:",
                        "help=h",
                        "object:",
                        "image-opts",
                        "force-share=U",
                        "target-image-opts",
                        "target-is-zero",
                        "salvage",
                        "bitmaps",
                        "skip-broken-bitmaps");
        while (options.next()) {
            parsed.take(options);
        }
        parsed.operands = options.operands();
        if (!CreateText.asksForHelp(parsed.given)) {
            parsed.check();
        }
        return parsed;
    }

    private void take(Getopt options) throws ToolFailure, IOException {
        String argument = options.argument();
        switch (options.option()) {
            case "O" -> {
                targetFormat = argument;
                formatGiven = true;
            }
            case "B" -> backing = Optional.of(argument);
            case "F" -> backingFormat = Optional.of(argument);
            case "C" -> offload = true;
            case "c" -> compressed = true;
            case "o" -> given = CreateText.join(given, argument);
            case "S" -> minSparse = sparse(argument);
            case "p" -> progress = true;
            case "t" -> targetCache = argument;
            case "T" -> sourceCacheName = argument;
            case "n" -> skipCreate = true;
            case "m" -> workers = workers(argument);
            case "W" -> outOfOrder = true;
            case "target-image-opts" -> targetOptions = true;
            case "target-is-zero" -> targetIsZero = true;
            case "l", "r", "salvage", "bitmaps", "skip-broken-bitmaps" ->
                    throw ToolFailure.of(
                            "the option '"
                                    + (options.option().length() == 1 ? "-" : "--")
                                    + options.option()
                                    + "' is not supported");
            default -> common.take(options);
        }
    }

    private long sparse(String text) throws ToolFailure {
        long bytes;
        try {
            bytes = Sizes.parse(text);
        } catch (ArithmeticException tooLarge) {
            bytes = Long.MAX_VALUE;
        } catch (NumberFormatException notANumber) {
            bytes = CommonOptions.size("buffer size for sparse output", text);
        }
        if (bytes > MAX_SPARSE || bytes % 512 != 0) {
            throw ToolFailure.of(
                    "Invalid buffer size for sparse output specified. Valid sizes are multiples of"
                            + " 512 up to 16777216. Select 0 to disable sparse detection (fully"
                            + " allocates output).");
        }
        sparseGiven = true;
        return bytes;
    }

    private static int workers(String text) throws ToolFailure {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= MAX_WORKERS) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // the same answer as to a number out of range
        }
        throw ToolFailure.of(
                "Invalid number of coroutines. Allowed number of coroutines is between 1 and "
                        + MAX_WORKERS);
    }

    private void check() throws ToolFailure {
        common.check();
        if (targetOptions && !skipCreate) {
            throw ToolFailure.of("--target-image-opts requires use of -n flag");
        }
        if (targetIsZero && !skipCreate) {
            throw ToolFailure.of("--target-is-zero requires use of -n flag");
        }
        if (offload && compressed) {
            throw ToolFailure.of("Cannot enable copy offloading when -c is used");
        }
        if (offload && sparseGiven) {
            throw ToolFailure.of("Cannot enable copy offloading when -S is used");
        }
        if (skipCreate && !given.isEmpty()) {
            throw ToolFailure.of("-o has no effect when skipping image creation");
        }
        if (operands.size() < 2) {
            throw ToolFailure.of("Must specify image file name");
        }
        if (targetOptions && formatGiven) {
            throw ToolFailure.of("--image-opts and --format are mutually exclusive");
        }
        Map<String, String> said = FlagOptions.parse(given);
        backing = backing.or(() -> Optional.ofNullable(said.get("backing_file")));
        backingFormat = backingFormat.or(() -> Optional.ofNullable(said.get("backing_fmt")));
        sourceCache = CommonOptions.cache(sourceCacheName, "source ");
    }

    List<String> sources() {
        return operands.subList(0, operands.size() - 1);
    }

    String target() {
        return operands.getLast();
    }
}
