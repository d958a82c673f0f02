package org.ashlar.tools.nbd;

import java.util.List;
import java.util.Optional;
import org.ashlar.spi.NodeSettings.DetectZeroes;
import org.ashlar.spi.option.Option;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.CacheMode;
import org.ashlar.tools.image.ImageName;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** What the user told {@code nbd}. Confined to one run; does not change once parsed. */
final class NbdOptions {
    private static final int MAX_STRING = 4096;

    String bind = "0.0.0.0";
    String port = "10809";
    Optional<String> socket = Optional.empty();
    String exportName = "";
    Optional<String> description = Optional.empty();
    Optional<String> pidFile = Optional.empty();
    long offset;
    int shared = 1;
    boolean allocationDepth;
    boolean readOnly;
    boolean persistent;
    boolean fork;
    boolean list;
    boolean help;
    boolean version;
    List<String> operands = List.of();

    private String format = "";
    private boolean imageOpts;
    private boolean exportNameGiven;
    private boolean cacheGiven;
    private boolean aioGiven;
    private boolean discardGiven;
    private CacheMode cache = CacheMode.WRITEBACK;
    private boolean unmap;
    private DetectZeroes detectZeroes = DetectZeroes.OFF;

    static NbdOptions parse(List<String> args) throws WrongOption, ToolFailure {
        NbdOptions parsed = new NbdOptions();
        Getopt options =
                new Getopt(
                        args,
                        "hVb:o:p:rsnc:dvk:e:f:tl:x:T:D:AB:L",
                        "help=h",
                        "version=V",
                        "port:=p",
                        "bind:=b",
                        "socket:=k",
                        "offset:=o",
                        "shared:=e",
                        "persistent=t",
                        "verbose=v",
                        "export-name:=x",
                        "description:=D",
                        "allocation-depth=A",
                        "bitmap:=B",
                        "list=L",
                        "object:",
                        "tls-creds:",
                        "tls-hostname:",
                        "tls-authz:",
                        "trace:=T",
                        "fork",
                        "pid-file:",
                        "selinux-label:",
                        "connect:=c",
                        "disconnect=d",
                        "format:=f",
                        "read-only=r",
                        "snapshot=s",
                        "load-snapshot:=l",
                        "nocache=n",
                        "cache:",
                        "aio:",
                        "discard:",
                        "detect-zeroes:",
                        "image-opts");
        while (options.next()) {
            parsed.take(options);
        }
        parsed.operands = options.operands();
        if (!parsed.help && !parsed.version) {
            parsed.check();
        }
        return parsed;
    }

    private void take(Getopt options) throws ToolFailure {
        String argument = options.argument();
        switch (options.option()) {
            case "h" -> help = true;
            case "V" -> version = true;
            case "b" -> bind = argument;
            case "p" -> port = argument;
            case "k" -> {
                if (!argument.startsWith("/")) {
                    throw ToolFailure.of("socket path must be absolute");
                }
                socket = Optional.of(argument);
            }
            case "o" -> offset = number(argument, "Invalid offset '" + argument + "'");
            case "e" -> shared = shared(argument);
            case "t" -> persistent = true;
            case "x" -> {
                exportName = limited(argument, "export name");
                exportNameGiven = true;
            }
            case "D" -> description = Optional.of(limited(argument, "export description"));
            case "A" -> allocationDepth = true;
            case "L" -> list = true;
            case "fork" -> fork = true;
            case "pid-file" -> pidFile = Optional.of(argument);
            case "f" -> format = argument;
            case "r" -> readOnly = true;
            case "image-opts" -> imageOpts = true;
            case "v" -> {
                // nothing more to tell
            }
            default -> takeMedium(options.option(), argument);
        }
    }

    /** Takes the options about how the image is opened. */
    private void takeMedium(String option, String argument) throws ToolFailure {
        switch (option) {
            case "n", "cache" -> cache = cache(option.equals("n") ? "none" : argument);
            case "aio" -> checkAio(argument);
            case "discard" -> unmap = discard(argument);
            case "detect-zeroes" -> detectZeroes = detect(argument);
            case "object" -> throw ToolFailure.of("objects are not supported: " + argument);
            case "B" -> throw ToolFailure.of("Bitmap '" + argument + "' is not found");
            default ->
                    throw ToolFailure.of(
                            "the option '"
                                    + (option.length() == 1 ? "-" : "--")
                                    + option
                                    + "' is not supported");
        }
    }

    private static long number(String text, String message) throws ToolFailure {
        try {
            return Long.decode(text);
        } catch (NumberFormatException notANumber) {
            throw ToolFailure.of(message);
        }
    }

    private static int shared(String text) throws ToolFailure {
        String message = "Invalid shared device number '" + text + "'";
        long number = number(text, message);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw ToolFailure.of(message);
        }
        return (int) number;
    }

    private static String limited(String text, String what) throws ToolFailure {
        if (text.length() > MAX_STRING) {
            throw ToolFailure.of(what + " '" + text + "' too long");
        }
        return text;
    }

    private CacheMode cache(String name) throws ToolFailure {
        if (cacheGiven) {
            throw ToolFailure.of("-n and --cache can only be specified once");
        }
        cacheGiven = true;
        return CacheMode.of(name)
                .orElseThrow(() -> ToolFailure.of("Invalid cache mode `" + name + "'"));
    }

    private void checkAio(String mode) throws ToolFailure {
        if (aioGiven) {
            throw ToolFailure.of("--aio can only be specified once");
        }
        aioGiven = true;
        if (!List.of("threads", "native", "io_uring").contains(mode)) {
            throw ToolFailure.of("Invalid aio mode '" + mode + "'");
        }
    }

    private boolean discard(String mode) throws ToolFailure {
        if (discardGiven) {
            throw ToolFailure.of("--discard can only be specified once");
        }
        discardGiven = true;
        return switch (mode) {
            case "unmap", "on" -> true;
            case "ignore", "off" -> false;
            default -> throw ToolFailure.of("Invalid discard mode `" + mode + "'");
        };
    }

    private static DetectZeroes detect(String mode) throws ToolFailure {
        for (DetectZeroes value : DetectZeroes.values()) {
            if (Option.textOf(value).equals(mode)) {
                return value;
            }
        }
        throw ToolFailure.of(
                "Failed to parse detect_zeroes mode: invalid parameter value: " + mode);
    }

    private boolean perDevice() {
        return exportNameGiven
                || offset != 0
                || description.isPresent()
                || allocationDepth
                || cacheGiven
                || aioGiven
                || discardGiven
                || !format.isEmpty();
    }

    private void check() throws ToolFailure {
        if (imageOpts && !format.isEmpty()) {
            throw ToolFailure.of("--image-opts and -f are mutually exclusive");
        }
        if (list && !operands.isEmpty()) {
            throw ToolFailure.of("List mode is incompatible with a file name");
        }
        if (list && perDevice()) {
            throw ToolFailure.of("List mode is incompatible with per-device settings");
        }
        if (list && fork) {
            throw ToolFailure.of("List mode is incompatible with forking");
        }
        if (!list && operands.size() != 1) {
            throw ToolFailure.usage("Invalid number of arguments");
        }
        if (offset < 0) {
            throw ToolFailure.of("Invalid offset '" + offset + "'");
        }
        if (!list && socket.isEmpty() && !isNumber(port)) {
            throw ToolFailure.of(
                    "address resolution failed for "
                            + bind
                            + ":"
                            + port
                            + ": Servname not supported for ai_socktype");
        }
        if (detectZeroes == DetectZeroes.UNMAP && !(discardGiven && unmap)) {
            throw ToolFailure.of(
                    "setting detect-zeroes to unmap is not allowed without setting discard"
                            + " operation to unmap");
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(Character::isDigit);
    }

    ImageName image() {
        return new ImageName(operands.getFirst(), format, imageOpts);
    }

    Access access() {
        return (readOnly ? Access.READ : Access.WRITE)
                .with(cache)
                .unmapping(unmap)
                .detecting(detectZeroes);
    }

    boolean isWritethrough() {
        return cache.writethrough();
    }
}
