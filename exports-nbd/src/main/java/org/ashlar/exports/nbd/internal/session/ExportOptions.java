package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ashlar.exports.nbd.internal.session.OptionData.InvalidException;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;

/**
 * Answers the options that ask about exports, section "Option types". Confined to the connection's
 * thread.
 */
final class ExportOptions {
    /** The preferred block size, in bytes, unless the node's alignment is larger. */
    private static final int PREFERRED = 4096;

    private final HandshakeStream stream;
    private final Offers offers;
    private final Lifeline lifeline;
    private final String label;

    ExportOptions(HandshakeStream stream, Offers offers, Lifeline lifeline, String label) {
        this.stream = stream;
        this.offers = offers;
        this.lifeline = lifeline;
        this.label = label;
    }

    /**
     * What a client selected by {@code NBD_OPT_SET_META_CONTEXT}. Immutable.
     *
     * @param offer the export it named
     * @param contexts the contexts found
     */
    record Selection(Optional<Offer> offer, List<MetaContext> contexts) {
        static final Selection NONE = new Selection(Optional.empty(), List.of());

        Selection {
            contexts = List.copyOf(contexts);
        }
    }

    /**
     * What is true of an export now. Immutable.
     *
     * @param length in bytes
     * @param capabilities what its root can do
     */
    record Facts(long length, Capabilities capabilities) {}

    /** Asks the export's root; waits at a closed gate. */
    Facts facts(Offer offer) throws IOException {
        try (Gate gate = new Gate(offer.source(), label, lifeline);
                Admission admission = gate.admit(Access.READ)) {
            return new Facts(
                    offer.source().root().length(admission.request()),
                    offer.source().root().capabilities(admission.request()));
        }
    }

    /** Answers {@code NBD_OPT_LIST}. */
    void list() throws IOException {
        for (Offer offer : offers.list()) {
            byte[] name = utf8(offer.name());
            byte[] description = utf8(offer.description());
            ByteBuffer data = ByteBuffer.allocate(Integer.BYTES + name.length + description.length);
            data.putInt(name.length).put(name).put(description);
            stream.reply(Wire.OPT_LIST, Wire.REP_SERVER, data.array());
        }
        stream.acknowledge(Wire.OPT_LIST);
    }

    /** Sends what {@code NBD_OPT_INFO} and {@code NBD_OPT_GO} tell, without the last reply. */
    void describe(int option, Set<Integer> wanted, Negotiated chosen, Facts facts, int flags)
            throws IOException {
        Offer offer = chosen.offer();
        if (wanted.contains(Wire.INFO_NAME)) {
            info(option, Wire.INFO_NAME, utf8(offer.name()));
        }
        if (wanted.contains(Wire.INFO_DESCRIPTION) && !offer.description().isEmpty()) {
            info(option, Wire.INFO_DESCRIPTION, utf8(offer.description()));
        }
        // Any offset and length will do: what the node cannot, the edge to it does.
        int preferred = Math.max(PREFERRED, facts.capabilities().alignment());
        ByteBuffer sizes = ByteBuffer.allocate(12);
        sizes.putInt(1).putInt(preferred).putInt(Wire.MAX_PAYLOAD);
        info(option, Wire.INFO_BLOCK_SIZE, sizes.array());
        ByteBuffer export = ByteBuffer.allocate(10);
        export.putLong(facts.length()).putShort((short) flags);
        info(option, Wire.INFO_EXPORT, export.array());
    }

    private void info(int option, int type, byte[] payload) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(Short.BYTES + payload.length);
        stream.reply(option, Wire.REP_INFO, data.putShort((short) type).put(payload).array());
    }

    /**
     * Answers {@code NBD_OPT_LIST_META_CONTEXT} and {@code NBD_OPT_SET_META_CONTEXT}; queries of
     * name spaces we do not know are ignored.
     */
    Selection contexts(int option, OptionData data) throws IOException, InvalidException {
        boolean list = option == Wire.OPT_LIST_META_CONTEXT;
        String name = data.string();
        long count = data.unsignedInt();
        List<String> queries = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            queries.add(data.string());
        }
        data.end();
        Optional<Offer> offer = offers.find(name);
        if (offer.isEmpty()) {
            stream.refuse(option, Wire.REP_ERR_UNKNOWN, "export '" + shown(name) + "' not present");
            return Selection.NONE;
        }
        List<MetaContext> found = new ArrayList<>();
        for (MetaContext context : MetaContext.of(offer.get())) {
            boolean all = list && queries.isEmpty();
            if (all || queries.stream().anyMatch(query -> context.matches(query, list))) {
                found.add(context);
                byte[] text = utf8(context.text());
                ByteBuffer reply = ByteBuffer.allocate(Integer.BYTES + text.length);
                reply.putInt(list ? 0 : context.id()).put(text);
                stream.reply(option, Wire.REP_META_CONTEXT, reply.array());
            }
        }
        stream.acknowledge(option);
        return new Selection(offer, found);
    }

    /** Cuts a client's string so that a message with it keeps to the limit. */
    static String shown(String name) {
        return name.length() > 80 ? name.substring(0, 80) + "..." : name;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
