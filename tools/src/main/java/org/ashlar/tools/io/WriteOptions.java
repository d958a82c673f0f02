package org.ashlar.tools.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.IoFlags;
import org.ashlar.tools.io.IoCommand.BadArgument;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** The options of the commands that write. Confined to one command. */
final class WriteOptions {
    private static final byte DEFAULT_PATTERN = (byte) 0xcd;

    private List<String> operands = List.of();
    private IoFlags flags = IoFlags.NONE;
    private Optional<Byte> pattern = Optional.empty();
    private Optional<String> patternFile = Optional.empty();
    private MemorySegment patternData = MemorySegment.ofArray(new byte[] {DEFAULT_PATTERN});
    private boolean zero;
    private boolean quiet;
    private boolean machine;
    private boolean invalid;

    static WriteOptions parse(Getopt options) throws WrongOption, BadArgument, IOException {
        WriteOptions parsed = new WriteOptions();
        while (options.next()) {
            parsed.take(options);
        }
        parsed.operands = options.operands();
        return parsed;
    }

    private void take(Getopt options) throws BadArgument, BlockException {
        switch (options.option()) {
            case "b" -> throw BlockException.unsupported("the VM state (-b)");
            case "c" -> flags = flags.with(IoFlags.COMPRESSED);
            case "C" -> machine = true;
            case "f" -> flags = flags.with(IoFlags.FUA);
            case "i" -> invalid = true;
            case "n" -> flags = flags.with(IoFlags.NO_FALLBACK);
            case "P" -> {
                byte value = Arguments.pattern(options.argument());
                pattern = Optional.of(value);
                patternData = MemorySegment.ofArray(new byte[] {value});
            }
            case "q" -> quiet = true;
            case "s" -> patternFile = Optional.of(options.argument());
            case "u" -> flags = flags.with(IoFlags.MAY_UNMAP);
            case "z" -> zero = true;
            default -> {
                // -p and -r say how the reference gets its buffer
            }
        }
    }

    /** Checks what only makes sense together, and reads the pattern's file. */
    void checkTogether() throws BadArgument {
        if (has(IoFlags.FUA) && has(IoFlags.COMPRESSED)) {
            throw new BadArgument("-f and -b or -c cannot be specified at the same time");
        }
        if (has(IoFlags.NO_FALLBACK) && !zero) {
            throw new BadArgument("-n requires -z to be specified");
        }
        if (isUnmapAlone()) {
            throw new BadArgument("-u requires -z to be specified");
        }
        int sources = (zero ? 1 : 0) + (pattern.isPresent() ? 1 : 0);
        if (sources + (patternFile.isPresent() ? 1 : 0) > 1) {
            throw new BadArgument("Only one of -z, -P, and -s can be specified at the same time");
        }
        if (patternFile.isPresent()) {
            patternData = read(patternFile.get());
        }
    }

    private static MemorySegment read(String file) throws BadArgument {
        byte[] data;
        try {
            data = Files.readAllBytes(Path.of(file));
        } catch (IOException failed) {
            throw new BadArgument(file + ": No such file or directory", true);
        }
        if (data.length == 0) {
            throw new BadArgument(file + ": file is empty", true);
        }
        return MemorySegment.ofArray(data);
    }

    /** Fills a buffer with the pattern, over and over. */
    void fill(MemorySegment buffer) {
        if (patternData.byteSize() == 1) {
            buffer.fill(patternData.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0));
            return;
        }
        for (long at = 0; at < buffer.byteSize(); at += patternData.byteSize()) {
            long length = Math.min(patternData.byteSize(), buffer.byteSize() - at);
            MemorySegment.copy(patternData, 0, buffer, at, length);
        }
    }

    boolean isUnmapAlone() {
        return has(IoFlags.MAY_UNMAP) && !zero;
    }

    boolean has(IoFlags flag) {
        return flags.has(flag);
    }

    IoFlags flags() {
        return flags;
    }

    boolean isZero() {
        return zero;
    }

    boolean quiet() {
        return quiet;
    }

    boolean machine() {
        return machine;
    }

    boolean invalid() {
        return invalid;
    }

    List<String> operands() {
        return operands;
    }
}
