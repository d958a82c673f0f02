package org.ashlar.drivers.qcow2.internal.format;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells what the header of an encrypted image says in the clear (LUKS On-Disk Format Specification,
 * version 1, "PHDR layout"). Stateless.
 */
public final class LuksHeader {

    /** How long it is, in bytes. */
    public static final int LENGTH = 592;

    private static final int CIPHER_NAME = 8;
    private static final int CIPHER_MODE = 40;
    private static final int HASH = 72;
    private static final int NAME_LENGTH = 32;
    private static final int PAYLOAD_OFFSET = 104;
    private static final int KEY_BYTES = 108;
    private static final int ITERATIONS = 164;
    private static final int UUID = 168;
    private static final int UUID_LENGTH = 40;
    private static final int SLOTS = 208;
    private static final int SLOT_COUNT = 8;
    private static final int SLOT_LENGTH = 48;
    private static final int SLOT_ACTIVE = 0x00ac_71f3;
    private static final int SLOT_KEY_OFFSET = 40;
    private static final int SLOT_STRIPES = 44;
    private static final long SECTOR = 512;

    private LuksHeader() {}

    /** Returns it in QMP's words and the reference's order. */
    public static Map<String, Object> describe(ByteBuffer header) {
        String whole = text(header, CIPHER_MODE, NAME_LENGTH);
        String mode = whole.substring(0, end(whole, '-'));
        String generator = whole.substring(Math.min(mode.length() + 1, whole.length()));
        String name = generator.substring(0, end(generator, ':'));
        long keyBits = number(header, KEY_BYTES) * 8;
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("ivgen-alg", name);
        said.put("hash-alg", text(header, HASH, NAME_LENGTH));
        // In XTS mode half of the key is for the sectors' numbers.
        said.put(
                "cipher-alg",
                text(header, CIPHER_NAME, NAME_LENGTH)
                        + "-"
                        + (mode.equals("xts") ? keyBits / 2 : keyBits));
        said.put("uuid", text(header, UUID, UUID_LENGTH));
        if (name.length() < generator.length()) {
            said.put("ivgen-hash-alg", generator.substring(name.length() + 1));
        }
        said.put("format", "luks");
        said.put("cipher-mode", mode);
        said.put("slots", slots(header));
        said.put("payload-offset", number(header, PAYLOAD_OFFSET) * SECTOR);
        said.put("master-key-iters", number(header, ITERATIONS));
        return said;
    }

    private static List<Map<String, Object>> slots(ByteBuffer header) {
        List<Map<String, Object>> slots = new ArrayList<>();
        for (int at = SLOTS; at < SLOTS + SLOT_COUNT * SLOT_LENGTH; at += SLOT_LENGTH) {
            boolean active = header.getInt(at) == SLOT_ACTIVE;
            Map<String, Object> slot = new LinkedHashMap<>();
            slot.put("active", active);
            if (active) {
                slot.put("iters", number(header, at + 4));
            }
            slot.put("key-offset", number(header, at + SLOT_KEY_OFFSET) * SECTOR);
            if (active) {
                slot.put("stripes", number(header, at + SLOT_STRIPES));
            }
            slots.add(slot);
        }
        return slots;
    }

    private static long number(ByteBuffer header, int at) {
        return Integer.toUnsignedLong(header.getInt(at));
    }

    private static String text(ByteBuffer header, int at, int length) {
        byte[] bytes = new byte[length];
        header.get(at, bytes);
        String text = new String(bytes, US_ASCII);
        return text.substring(0, end(text, '\0'));
    }

    private static int end(String text, char mark) {
        int found = text.indexOf(mark);
        return found < 0 ? text.length() : found;
    }
}
