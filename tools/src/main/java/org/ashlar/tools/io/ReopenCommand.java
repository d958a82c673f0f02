package org.ashlar.tools.io;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.CacheMode;
import org.ashlar.tools.io.IoCommand.BadArgument;
import org.ashlar.tools.text.FlagOptions;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** {@code reopen}: gives the open image other options. Stateless. */
final class ReopenCommand {

    private ReopenCommand() {}

    static boolean run(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        Getopt options = new Getopt(args, "c:o:rw");
        Optional<Boolean> writing = Optional.empty();
        Optional<CacheMode> cache = Optional.empty();
        String given = "";
        while (options.next()) {
            switch (options.option()) {
                case "c" -> cache = Optional.of(cache(options.argument()));
                case "o" -> given = options.argument();
                default -> {
                    if (writing.isPresent()) {
                        throw BlockException.invalid("Only one -r/-w option may be given");
                    }
                    writing = Optional.of(options.option().equals("w"));
                }
            }
        }
        if (!options.operands().isEmpty()) {
            return IoCommands.misuse(session, "reopen");
        }
        Map<String, String> changes = FlagOptions.parse(given);
        if (writing.isPresent() && changes.containsKey("read-only")) {
            throw BlockException.invalid("Cannot set both -r/-w and 'read-only'");
        }
        if (cache.isPresent()
                && (changes.containsKey("cache.direct") || changes.containsKey("cache.no-flush"))) {
            throw BlockException.invalid("Cannot set both -c and the cache options");
        }
        session.awaitAll();
        Access now = session.disk().access();
        Access wanted = now.writing(writing.orElse(now.writes()));
        session.disk().reopen(changes, wanted.with(cache.orElse(now.cache())));
        return true;
    }

    private static CacheMode cache(String name) throws BlockException {
        return CacheMode.of(name)
                .orElseThrow(() -> BlockException.invalid("Invalid cache option: " + name));
    }
}
