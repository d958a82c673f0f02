package org.ashlar.exports.nbd.internal.session;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ashlar.exports.nbd.internal.session.OptionData.InvalidException;
import org.jspecify.annotations.Nullable;

/**
 * The first phase of a connection, section "Handshake", fixed newstyle without TLS. Confined to the
 * connection's thread.
 *
 * <ul>
 *   <li>I1: the contexts are those of the last request to set them, and of its export.
 *   <li>I2: extended headers win over structured replies and are never given up.
 * </ul>
 */
public final class Handshake {
    /** The longest data of an option, in bytes: enough for any name and a dozen queries. */
    private static final int MAX_OPTION = 64 << 10;

    /** The most options of one client; with the limit of time it bounds what it may cost. */
    private static final int MAX_OPTIONS = 4096;

    private final HandshakeStream stream;
    private final Offers offers;
    private final ExportOptions exports;
    private Mode mode = Mode.SIMPLE;
    private ExportOptions.Selection selection = ExportOptions.Selection.NONE;
    private boolean fixed;
    private boolean noZeroes;

    /** Makes the first phase of a connection that has just been accepted. */
    public Handshake(SocketChannel channel, Offers offers, Lifeline lifeline, String label) {
        this.stream = new HandshakeStream(channel);
        this.offers = offers;
        this.exports = new ExportOptions(stream, offers, lifeline, label);
    }

    /**
     * Haggles until the client has chosen an export.
     *
     * @return empty if it left as it should
     * @throws MalformedException if it broke the protocol
     */
    public Optional<Negotiated> run() throws IOException {
        try {
            greet();
            for (int count = 0; count < MAX_OPTIONS; count++) {
                ByteBuffer head = stream.read(16);
                int option = head.getInt(8);
                ByteBuffer data = data(head);
                if (option == Wire.OPT_ABORT) {
                    stream.acknowledge(option);
                    return Optional.empty();
                }
                Negotiated chosen =
                        option == Wire.OPT_EXPORT_NAME
                                ? enter(new OptionData(data), data.remaining())
                                : answer(option, data);
                if (chosen != null) {
                    return Optional.of(chosen);
                }
            }
            throw new MalformedException("more than " + MAX_OPTIONS + " options");
        } catch (EOFException left) {
            return Optional.empty();
        }
    }

    private void greet() throws IOException {
        ByteBuffer hello = ByteBuffer.allocate(18);
        hello.putLong(Wire.INIT_MAGIC).putLong(Wire.OPTION_MAGIC);
        hello.putShort((short) (Wire.FIXED_NEWSTYLE | Wire.NO_ZEROES));
        stream.write(hello.flip());
        int flags = stream.read(Integer.BYTES).getInt();
        if ((flags & ~(Wire.FIXED_NEWSTYLE | Wire.NO_ZEROES)) != 0) {
            throw new MalformedException("unknown client flags 0x%x".formatted(flags));
        }
        fixed = (flags & Wire.FIXED_NEWSTYLE) != 0;
        noZeroes = (flags & Wire.NO_ZEROES) != 0;
    }

    private ByteBuffer data(ByteBuffer head) throws IOException {
        if (head.getLong(0) != Wire.OPTION_MAGIC) {
            throw new MalformedException(
                    "wrong magic 0x%016x of an option".formatted(head.getLong(0)));
        }
        int option = head.getInt(8);
        if (!fixed && option != Wire.OPT_EXPORT_NAME) {
            throw new MalformedException(
                    "option " + option + " of a client without fixed newstyle");
        }
        long length = head.getInt(12) & 0xffffffffL;
        if (length > MAX_OPTION) {
            throw new MalformedException("option " + option + " of " + length + " bytes");
        }
        return stream.read((int) length);
    }

    /** The one option whose failure can only be told by hanging up. */
    private Negotiated enter(OptionData data, int length) throws IOException {
        if (mode == Mode.EXTENDED) {
            throw new MalformedException("NBD_OPT_EXPORT_NAME after extended headers");
        }
        try {
            String name = data.string(length);
            Offer offer =
                    offers.find(name)
                            .orElseThrow(
                                    () -> new MalformedException("no export named '" + name + "'"));
            ExportOptions.Facts facts = exports.facts(offer);
            Negotiated chosen = negotiated(offer, facts);
            ByteBuffer out = ByteBuffer.allocate(noZeroes ? 10 : 134);
            out.putLong(facts.length()).putShort((short) flags(chosen, facts));
            stream.write(out.rewind());
            return chosen;
        } catch (InvalidException wrong) {
            throw new MalformedException("NBD_OPT_EXPORT_NAME: " + wrong.getMessage());
        }
    }

    /** Answers an option; returns what is agreed if it ends the handshake. */
    private @Nullable Negotiated answer(int option, ByteBuffer bytes) throws IOException {
        OptionData data = new OptionData(bytes);
        try {
            switch (option) {
                case Wire.OPT_LIST -> {
                    data.end();
                    exports.list();
                }
                case Wire.OPT_INFO, Wire.OPT_GO -> {
                    return describe(option, data);
                }
                case Wire.OPT_STARTTLS -> {
                    data.end();
                    stream.refuse(option, Wire.REP_ERR_POLICY, "TLS not configured");
                }
                case Wire.OPT_STRUCTURED_REPLY -> structured(option, data);
                case Wire.OPT_EXTENDED_HEADERS -> extended(option, data);
                case Wire.OPT_LIST_META_CONTEXT, Wire.OPT_SET_META_CONTEXT ->
                        contexts(option, data);
                default ->
                        stream.refuse(
                                option,
                                Wire.REP_ERR_UNSUP,
                                "Unsupported option " + Integer.toUnsignedString(option));
            }
        } catch (InvalidException wrong) {
            stream.refuse(option, Wire.REP_ERR_INVALID, "invalid option: " + wrong.getMessage());
        }
        return null;
    }

    private void structured(int option, OptionData data) throws IOException, InvalidException {
        data.end();
        if (mode == Mode.EXTENDED) { // I2
            stream.refuse(
                    option, Wire.REP_ERR_EXT_HEADER_REQD, "extended headers already negotiated");
        } else if (mode == Mode.STRUCTURED) {
            throw new InvalidException("structured reply already negotiated");
        } else {
            mode = Mode.STRUCTURED;
            stream.acknowledge(option);
        }
    }

    private void extended(int option, OptionData data) throws IOException, InvalidException {
        data.end();
        if (mode == Mode.EXTENDED) {
            throw new InvalidException("extended headers already negotiated");
        }
        mode = Mode.EXTENDED; // I2
        stream.acknowledge(option);
    }

    private void contexts(int option, OptionData data) throws IOException, InvalidException {
        boolean set = option == Wire.OPT_SET_META_CONTEXT;
        if (set) {
            selection = ExportOptions.Selection.NONE; // I1, whatever comes of it
        }
        if (mode == Mode.SIMPLE) {
            throw new InvalidException("structured replies were not negotiated");
        }
        ExportOptions.Selection found = exports.contexts(option, data);
        selection = set ? found : selection;
    }

    /** {@code NBD_OPT_INFO} and {@code NBD_OPT_GO}. */
    private @Nullable Negotiated describe(int option, OptionData data)
            throws IOException, InvalidException {
        String name = data.string();
        int count = data.unsignedShort();
        Set<Integer> wanted = new HashSet<>();
        for (int i = 0; i < count; i++) {
            wanted.add(data.unsignedShort());
        }
        data.end();
        Optional<Offer> offer = offers.find(name);
        if (offer.isEmpty()) {
            stream.refuse(
                    option,
                    Wire.REP_ERR_UNKNOWN,
                    "export '" + ExportOptions.shown(name) + "' not present");
            return null;
        }
        ExportOptions.Facts facts = exports.facts(offer.get());
        Negotiated chosen = negotiated(offer.get(), facts);
        exports.describe(option, wanted, chosen, facts, flags(chosen, facts));
        stream.acknowledge(option);
        return option == Wire.OPT_GO ? chosen : null;
    }

    private Negotiated negotiated(Offer offer, ExportOptions.Facts facts) {
        List<MetaContext> contexts =
                selection.offer().equals(Optional.of(offer)) ? selection.contexts() : List.of();
        return new Negotiated(offer, mode, facts.length(), contexts);
    }

    private int flags(Negotiated chosen, ExportOptions.Facts facts) {
        return Negotiated.flags(
                chosen.offer(),
                mode,
                offers.multiConn(),
                !chosen.contexts().isEmpty(),
                facts.capabilities());
    }
}
